const zh = {
  title: "上报",
  what: { title: "什么事？", search: "搜索，如：路灯、垃圾、井盖", none: "清单里没有这样的事项，可选“其他事项”", change: "改选", unread: "还没有读到事项清单，联网后会自动出现。" },
  where: {
    title: "在哪里？", here: "用手机现在的位置", asking: "正在定位…", failed: "无法定位：请允许本页使用位置，或在地图上选点", found: "已定位，误差约 {n} 米",
    map: "在地图上选点", take: "就选这里", picked: "已在地图上选定", kept: "已选好地点", outline: "地图：移动地图，让十字对准地点", mapFailed: "地图打不开，请用手机的位置", close: "收起地图", change: "重新选",
  },
  words: { title: "补充说明", hint: "具体位置、现场情况", photos: "拍照", photo: "照片" },
  near: { title: "附近已有人报过", same: "就是这件", not: "都不是，继续上报", away: "{n} 米", known: "不必再报", knownText: "{number} 已在处理（{state}）。谢谢您留意。", other: "另报一件" },
  send: "提交", sending: "正在提交…",
  missing: { kind: "请先选事项", place: "请先选地点" },
  closed: { title: "请先登录", text: "这里只受理登录用户的上报。没有账号，请拨打 12345 热线。", signIn: "去登录" },
  trouble: {
    unreachable: "没有送达：请检查网络后再按“提交”，不会重复上报。", tooMuch: "这里一小时内的上报已够多，请约 {n} 分钟后再试。紧急情况请拨打 12345。",
    closed: "这个地点只受理登录用户的上报。请登录后再提交，或拨打 12345。", refused: "服务器没有接受（{status}）：请换一张照片或修改后再试。", failing: "服务器出错（{status}），请稍后再按“提交”，不会重复上报。",
    full: "手机没能保存，请腾出空间后再按一次",
  },
  done: { title: "已收到，谢谢您", number: "编号 {number}", follow: "查看进展", copy: "复制链接", copied: "已复制", keep: "凭此链接可以随时查看进展，也可以说是否解决。它也记在这部手机上。", again: "再报一件" },
  kept: { title: "已记下", text: "有网络就会自动发出，可以放心离开。", home: "回到我的工单" },
  mine: { title: "这部手机上报过的", follow: "查看进展" },
  follow: {
    title: "上报进展", missing: "没有这条上报：请核对链接是否完整。", unreachable: "服务器没有回应，正在重试；下面所示可能已过时。", reading: "正在读取…",
    now: "现在", due: "{time} 前", late: "已超时 {span}", more: "再报一件",
    stage: { received: "已收到", sent: "已派出", accepted: "有人接办", handled: "已处理，待核查", closed: "已办结", rejected: "未受理" },
    back: "您说没有解决，已重新办理", rejectedText: "经核实不作处理。有疑问请拨打 12345。",
  },
  answer: {
    title: "解决了吗？", yes: "已解决", no: "未解决", words: "说说情况（可不填）", wordsNo: "还差什么？", send: "提交", cancel: "取消", reopens: "会退回重新办理，只能退回一次。", comments: "已退回过一次，您的话会转给督办人员。",
    saidYes: "您说：已解决。谢谢您！", saidNo: "您说：未解决。", change: "改变答复", failed: "没有送达，请再试一次", tooMuch: "答复太多，请约 {n} 分钟后再试。",
  },
};

const en: typeof zh = {
  title: "Report",
  what: { title: "What is it?", search: "Search: lamp, rubbish, manhole…", none: "Nothing like that is listed: choose “Other”", change: "Change", unread: "The list of matters has not been read yet; it appears once there is a network." },
  where: {
    title: "Where?", here: "Where my phone is now", asking: "Locating…", failed: "Cannot locate: let this page know the place, or pick it on the map", found: "Located, within about {n} m",
    map: "Pick on the map", take: "This is the place", picked: "Picked on the map", kept: "Place chosen", outline: "Map: move it until the cross is on the place", mapFailed: "The map cannot be opened: use the phone's place", close: "Close the map", change: "Choose again",
  },
  words: { title: "More about it", hint: "Where exactly, what it looks like", photos: "Take a photo", photo: "Photos" },
  near: { title: "Somebody has reported this nearby", same: "It is this one", not: "None of these: go on", away: "{n} m", known: "No need to report it", knownText: "{number} is being dealt with ({state}). Thank you for watching.", other: "Report something else" },
  send: "Send", sending: "Sending…",
  missing: { kind: "Choose what it is first", place: "Choose the place first" },
  closed: { title: "Please sign in", text: "Reports are taken here only of who is signed in. Without an account, call the hotline 12345.", signIn: "Sign in" },
  trouble: {
    unreachable: "It did not get through: check the network and press “Send” again; it will not be reported twice.", tooMuch: "There were enough reports from here within an hour: try again in about {n} min. If it is urgent, call 12345.",
    closed: "Of this place reports are taken only of who is signed in. Sign in and send it again, or call 12345.", refused: "The server did not take it ({status}): choose another photo, or change it and try again.", failing: "The server failed ({status}): press “Send” again in a moment; it will not be reported twice.",
    full: "The phone could not keep it: make room, then press again",
  },
  done: { title: "Received, thank you", number: "Number {number}", follow: "See how far it is", copy: "Copy the link", copied: "Copied", keep: "By this link you see how far it is at any time, and say whether it was solved. This phone remembers it too.", again: "Report something else" },
  kept: { title: "Noted", text: "It goes out by itself once there is a network; you may leave.", home: "Back to my tickets" },
  mine: { title: "Reported on this phone", follow: "See how far it is" },
  follow: {
    title: "Your report", missing: "There is no such report: check that the link is whole.", unreachable: "The server does not answer, trying again; what you see may be old.", reading: "Reading…",
    now: "now", due: "by {time}", late: "{span} late", more: "Report something else",
    stage: { received: "Received", sent: "Sent out", accepted: "Somebody is on it", handled: "Handled, being checked", closed: "Closed", rejected: "Not taken up" },
    back: "You said it was not solved: it is being done again", rejectedText: "After a check nothing will be done. Questions? Call 12345.",
  },
  answer: {
    title: "Is it solved?", yes: "Solved", no: "Not solved", words: "Tell us (if you like)", wordsNo: "What is missing?", send: "Send", cancel: "Cancel", reopens: "It goes back to be done again, once only.", comments: "It went back once already: your words go to the supervisors.",
    saidYes: "You said: solved. Thank you!", saidNo: "You said: not solved.", change: "Change the answer", failed: "It did not get through: try again", tooMuch: "Too many answers: try again in about {n} min.",
  },
};

export default { "zh-CN": zh, en };
