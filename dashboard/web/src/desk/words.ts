const zh = {
  title: "派单台",
  queue: { title: "待确认 {n}", empty: "没有待确认的工单", yours: "您正在看", held: "{name} 正在看", more: "另有 {n} 件" },
  pictures: { first: "最初 · {time}", best: "最清楚 · {time}", last: "最后看到 · {time}", clip: "前后数秒 · {time} 起", photo: "照片 · {time}", now: "现在 · {name}", none: "此工单没有照片", zoom: "放大" },
  why: { title: "依据", model: "识别模型 {model}，规则 {rule}", score: "把握 {n} %", reported: "群众上报" },
  goesTo: { title: "将派给", nobody: "当前无人在岗，确认后需指派", absent: "{who}无人在岗" },
  workers: "网格员",
  near: { title: "附近未结 {n}", none: "250 米内没有未结工单", away: "{n} 米" },
  before: { title: "此处以往判断", none: "此摄像头还没有同类判断", sum: "{right} 件属实，{wrong} 件误报" },
  map: "位置",
  verdict: {
    confirm: "确认派单", reject: "驳回", merge: "合并", assign: "指派", whistle: "吹哨", next: "下一件", undo: "撤销", again: "再送一次：{numbers}",
    bar: "判断",
  },
  reason: {
    reflection: "反光阴影", wrong_zone: "区域不符", legal_stop: "合法停靠", wrong_class: "识别错类",
    duplicate: "重复", already_handled: "已处理", test: "测试", other: "其他",
  },
  done: { confirm: "已派单", reject: "已驳回", merge: "已合并", assign: "已指派", whistle: "已派单并吹哨", left: "{n} 秒内可撤销" },
  undone: "调度员撤销",
  trouble: {
    taken: "已由他人处理，现为“{state}”", takenNow: "这一件已在别人手中",
    tooLate: "来不及撤销：现为“{state}”", refused: "服务器没有接受（{status}），请重试或打开工单查看",
    unreachable: "“{step}”没有送达，工单未变：请检查网络后再送一次", partly: "“{done}”已生效，“{step}”没有送达：请检查网络后再送一次",
    unknown: "服务器没有回应，不知“{step}”是否送达：请检查网络后再送一次，不会重复办理",
  },
  away: "服务器无回应，正在重试；此处所示可能已过时",
  pick: {
    merge: "合并到哪一件？", assign: "指派给谁？", nothing: "没有可选的", onDuty: "在岗", offDuty: "不在岗", hands: "在手 {n}",
    cancel: "取消", go: "确定",
  },
  whistle: {
    title: "吹哨：召集哪些部门？", until: "反馈期限", hours: "{n} 小时内", note: "要他们做什么", go: "派单并吹哨",
  },
  empty: { title: "都判断完了", text: "有新的待确认工单会自动出现在这里。" },
};

const en: typeof zh = {
  title: "Dispatch desk",
  queue: { title: "{n} to confirm", empty: "Nothing to confirm", yours: "on your desk", held: "{name} is looking", more: "{n} more" },
  pictures: { first: "First · {time}", best: "Best · {time}", last: "Last seen · {time}", clip: "The seconds around it · from {time}", photo: "Photo · {time}", now: "Now · {name}", none: "This ticket has no picture", zoom: "Enlarge" },
  why: { title: "Why", model: "model {model}, rule {rule}", score: "{n} % sure", reported: "Reported by a person" },
  goesTo: { title: "Goes to", nobody: "Nobody is on duty: assign it after you confirm", absent: "nobody of {who} is on duty" },
  workers: "the grid workers",
  near: { title: "{n} open nearby", none: "Nothing open within 250 m", away: "{n} m" },
  before: { title: "Decided here before", none: "Nothing of this kind was decided for this camera yet", sum: "{right} right, {wrong} wrong" },
  map: "Place",
  verdict: {
    confirm: "Confirm", reject: "Reject", merge: "Merge", assign: "Assign", whistle: "Whistle", next: "Next", undo: "Undo", again: "Send again: {numbers}",
    bar: "Verdict",
  },
  reason: {
    reflection: "Reflection", wrong_zone: "Wrong zone", legal_stop: "Legal stop", wrong_class: "Wrong class",
    duplicate: "Duplicate", already_handled: "Handled already", test: "Test", other: "Other",
  },
  done: { confirm: "Sent out", reject: "Rejected", merge: "Merged", assign: "Assigned", whistle: "Sent out, and whistled for", left: "undo within {n} s" },
  undone: "taken back by the dispatcher",
  trouble: {
    taken: "Somebody else was quicker: it is “{state}” now", takenNow: "Somebody else has that one",
    tooLate: "Too late to undo: it is “{state}” now", refused: "The server did not take that ({status}): try again, or open the ticket",
    unreachable: "“{step}” did not get through, the ticket is as it was: check the network and send it again",
    partly: "“{done}” stands, “{step}” did not get through: check the network and send it again",
    unknown: "The server does not answer, so “{step}” may stand or not: check the network and send it again; it is done once only",
  },
  away: "The server does not answer, trying again; what you see may be old",
  pick: {
    merge: "Merge into which?", assign: "Assign to whom?", nothing: "There is nothing to choose", onDuty: "on duty", offDuty: "off duty", hands: "{n} in hand",
    cancel: "Cancel", go: "OK",
  },
  whistle: {
    title: "Whistle: which departments?", until: "Answer due", hours: "within {n} h", note: "What they are to do", go: "Send out and whistle",
  },
  empty: { title: "All judged", text: "What comes next appears here by itself." },
};

export default { "zh-CN": zh, en };
