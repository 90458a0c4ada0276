const zh = {
  title: "工单",
  search: {
    q: "编号、标题、地点、人员", any: "不限", kind: "事项", state: "状态", severity: "级别", area: "区域", from: "从", to: "到（含）",
    overdue: "只看超时", go: "查找", clear: "清除条件", more: "再看 {n} 件", none: "没有符合条件的工单",
    month: "按文字查找时，不给起始日期则只查最近 30 天。", csv: "导出 CSV", xlsx: "导出 Excel", saving: "正在生成文件…", tooMany: "超过两万张：请缩短日期范围，分几次导出",
    slow: "数据库一时找不完：请缩短日期范围或缩小区域", unreachable: "服务器无回应，请稍后再试", failed: "服务器出错（{status}），请稍后再试",
    reading: "正在查找…",
  },
  chip: {
    title: "其他条件", drop: "去掉条件：{said}", site: "站点 {value}", device: "设备 {value}", zone: "画面区域 {value}", holder: "承办 {value}", grid: "网格 {value}",
    grid_none: "未划网格", department: "{value}的事项", department_none: "清单外的事项", class: "{value}类事项", weekday: "星期 {value}", hour: "{value} 时段", cell: "热点 {value}",
    missed: "超时 {value}", missed_accept: "接单超时", missed_handle: "处理超时", missed_close: "办结超时", missed_letter: "回函超时", missed_any: "至少一步超时",
    missed_by: "超时的时候在 {value} 手里", missed_by_none: "超时的时候无人负责", due_from: "{value} 起到期", due_to: "{value} 止到期",
    genuine: "有效 {value}", genuine_true: "不含驳回与合并", genuine_false: "仅驳回与合并", confirmed: "确认 {value}", confirmed_true: "经人确认的自动工单",
    confirmed_false: "未经人确认", recurrent: "再次发生 {value}", recurrent_true: "办结后再次发生", recurrent_false: "首次发生", reopened: "重开 {value}",
    reopened_true: "被重开过", reopened_false: "没有重开过", solved: "解决 {value}", solved_true: "居民说已解决", solved_false: "居民说未解决",
  },
  column: { number: "编号", kind: "事项", place: "地点", state: "状态", holder: "承办", opened: "开立", clock: "时限" },
  missing: "没有这张工单，或它不在您的辖区内",
  back: "返回列表",
  facts: {
    state: "状态", holder: "承办", nobody: "无人承办", severity: "级别", opened: "开立", began: "事发", place: "地点", source: "来源",
    reported: "群众上报", departments: "协同部门", parent: "上次工单", merged: "已并入", acknowledged: "已有 {name} 看过", level: "督办 {n} 级",
    solved: "报告人说已解决", unsolved: "报告人说未解决", paused: "暂停至 {time}",
  },
  clocks: { title: "时限", due: "{time} 前", done: "{time} 完成", late: "晚 {time}", rest: "剩 {time}" },
  letters: {
    title: "响应函", deadline: "{time} 前反馈", issued: "已发出", checked_in: "已报到", reported: "已反馈", graded: "已评价", withdrawn: "已撤回",
  },
  signature: { dispatch: "系统", detect: "自动识别", report: "群众上报", script: "脚本", "site file": "站点文件", demo: "演示" },
  grade: { satisfied: "满意", fair: "基本满意", unsatisfied: "不满意" },
  timeline: { title: "经过", photos: "{n} 张照片" },
  looks: { title: "看过原图 {n} 次", gone: "已不再保留" },
  ledger: {
    title: "时限台账", why: "每一项时限与每一个比率都由这些区间算出。", from: "自", to: "至", open: "至今", holder: "承办", pace: "时钟 ×{n}", paused: "暂停至 {time}",
    by: "操作人",
  },
  act: {
    title: "操作", none: "这张工单目前没有您可做的操作", go: "确定", cancel: "取消", failed: "没有接受（{status}）：工单现为“{state}”", unreachable: "没有送达，请检查网络后再试",
    missing: "没有接受：请补全所填内容",
    reason: "原因", note: "说明", assignee: "派给", until: "到", severity: "级别", departments: "部门", letter: "哪个部门的响应函", grade: "评价", into: "并入工单编号",
    unknown: "没有编号为 {number} 的未结工单", photos: "照片",
  },
  action: {
    open: "开立", join: "并入新事件", pace: "时钟变速", confirm: "确认派单", reject: "驳回", merge: "合并", unmerge: "撤销合并",
    accept: "接单", recall: "撤回派单", return: "退回", handle: "处理完成", close: "办结", reopen: "重开", assign: "改派", pause: "暂停", resume: "恢复",
    regrade: "调整级别", escalate: "督办", whistle: "吹哨", check_in: "报到", report_back: "反馈", grade: "评价", withdraw: "撤回响应函",
    acknowledge: "已看到", comment: "备注", press_letters: "催办响应函", merge_areas: "网格合并",
  },
};

const en: typeof zh = {
  title: "Tickets",
  search: {
    q: "Number, title, place, people", any: "Any", kind: "Matter", state: "State", severity: "Severity", area: "Area", from: "From", to: "To (incl.)",
    overdue: "Overdue only", go: "Find", clear: "Clear", more: "{n} more", none: "No ticket is like that",
    month: "Words are looked for in the last 30 days unless you give a first day.", csv: "Export CSV", xlsx: "Export Excel", saving: "Making the file…", tooMany: "More than 20 000: export a shorter period, one after the other",
    slow: "The database did not get through in time: choose a shorter period or a smaller area", unreachable: "The server does not answer: try again in a moment", failed: "The server failed ({status}): try again in a moment",
    reading: "Looking…",
  },
  chip: {
    title: "Also asked for", drop: "Take away: {said}", site: "site {value}", device: "device {value}", zone: "zone {value}", holder: "with {value}", grid: "grid {value}",
    grid_none: "in no grid", department: "matters of {value}", department_none: "matters beyond the list", class: "matters of class {value}", weekday: "weekday {value}", hour: "hour {value}", cell: "hot spot {value}",
    missed: "late: {value}", missed_accept: "accepted late", missed_handle: "handled late", missed_close: "closed late", missed_letter: "answered late", missed_any: "late in a step at least",
    missed_by: "with {value} when it was late", missed_by_none: "with nobody when it was late", due_from: "due from {value}", due_to: "due until {value}",
    genuine: "genuine: {value}", genuine_true: "not rejected or merged", genuine_false: "rejected or merged only", confirmed: "confirmed: {value}", confirmed_true: "automatic, and confirmed by a person",
    confirmed_false: "not confirmed by a person", recurrent: "came back: {value}", recurrent_true: "came back after it was closed", recurrent_false: "for the first time", reopened: "reopened: {value}",
    reopened_true: "reopened", reopened_false: "never reopened", solved: "solved: {value}", solved_true: "solved, the resident says", solved_false: "not solved, the resident says",
  },
  column: { number: "Number", kind: "Matter", place: "Place", state: "State", holder: "With", opened: "Opened", clock: "Clock" },
  missing: "There is no such ticket, or it lies outside your part of the city",
  back: "Back to the list",
  facts: {
    state: "State", holder: "With", nobody: "nobody", severity: "Severity", opened: "Opened", began: "Began", place: "Place", source: "Source",
    reported: "Reported by a person", departments: "Departments called", parent: "The time before", merged: "Merged into", acknowledged: "Seen by {name}", level: "Pressed, level {n}",
    solved: "The reporter says it is solved", unsolved: "The reporter says it is not solved", paused: "Paused until {time}",
  },
  clocks: { title: "Clocks", due: "by {time}", done: "done {time}", late: "{time} late", rest: "{time} left" },
  letters: {
    title: "Response letters", deadline: "answer by {time}", issued: "issued", checked_in: "checked in", reported: "answered", graded: "graded", withdrawn: "withdrawn",
  },
  signature: { dispatch: "system", detect: "detection", report: "report", script: "script", "site file": "site file", demo: "demo" },
  grade: { satisfied: "satisfied", fair: "fair", unsatisfied: "unsatisfied" },
  timeline: { title: "What happened", photos: "{n} photos" },
  looks: { title: "Seen unmasked {n} ×", gone: "no longer kept" },
  ledger: {
    title: "Ledger of the clocks", why: "Every due time and every rate follows from these intervals.", from: "From", to: "To", open: "now", holder: "With", pace: "clock ×{n}", paused: "paused until {time}",
    by: "By",
  },
  act: {
    title: "Do", none: "There is nothing for you to do on this ticket now", go: "OK", cancel: "Cancel", failed: "Not taken ({status}): the ticket is “{state}” now", unreachable: "It did not get through: check the network and try again",
    missing: "Not taken: something is missing in what you wrote",
    reason: "Reason", note: "Note", assignee: "To whom", until: "Until", severity: "Severity", departments: "Departments", letter: "Whose letter", grade: "Grade", into: "Into which number",
    unknown: "There is no open ticket {number}", photos: "Photos",
  },
  action: {
    open: "opened", join: "joined by an incident", pace: "clocks changed pace", confirm: "Confirm", reject: "Reject", merge: "Merge", unmerge: "Undo the merge",
    accept: "Accept", recall: "Call back", return: "Give back", handle: "Handled", close: "Close", reopen: "Reopen", assign: "Hand over", pause: "Pause", resume: "Resume",
    regrade: "Change severity", escalate: "Press", whistle: "Whistle", check_in: "Check in", report_back: "Report back", grade: "Grade", withdraw: "Withdraw a letter",
    acknowledge: "I have seen it", comment: "Comment", press_letters: "letters pressed", merge_areas: "grids merged",
  },
};

export default { "zh-CN": zh, en };
