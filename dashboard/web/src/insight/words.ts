const zh = {
  title: "问数", period: "时间", days: "近 {n} 天", first: "从", last: "到（含）", ownDays: "按这段时间看", area: "区域", everywhere: "全部区域",
  source: "{place}，{first} 至 {last}", counting: "正在统计…", again: "再试一次", nothing: "这段时间没有工单", nowhere: "未划网格", nobody: "无人负责",
  chart: "看图", table: "看表", png: "存为图片", csv: "存为 CSV", noMap: "这台电脑画不出地图（没有 WebGL），请看表",
  failure: {
    unreachable: "服务器没有回应，请稍后再试", slow: "数据库一时数不完：请缩短时间或缩小区域", error: "服务器出错（{status}），请稍后再试",
  },
  step: { accept: "接单超时", handle: "处理超时", close: "办结超时", letter: "回函超时" },
  weekday: { 1: "周一", 2: "周二", 3: "周三", 4: "周四", 5: "周五", 6: "周六", 7: "周日" },
  column: {
    day: "日期", week: "周（起始日）", tickets: "工单", late: "有超时", lateTickets: "超时工单", grids: "网格", departments: "部门", communities: "小区（社区）",
    holders: "承办", rank: "名次", matters: "事项", genuine: "工单（不含驳回、合并）", recurrent: "再次发生", dropped: "驳回与合并", weekday: "星期",
    acceptMedian: "接单用时（中位数）", acceptP90: "接单用时（九成以内）", handleMedian: "处理用时（中位数）", handleP90: "处理用时（九成以内）",
    reopened: "被重开", solved: "居民说已解决", unsolved: "居民说未解决", place: "地点", times: "次数", again: "办结后再发", anew: "其余",
    spot: "地点", mostly: "最多的事项", camera: "摄像头 · 区域 · 事项", rejected: "误报（驳回）", confirmed: "确认", precision: "准确率", reasons: "驳回原因",
    device: "设备", blind: "看不见的时间", blindShare: "占比",
  },
  onTime: { title: "按时了吗？", sentence: "按时接单 {accept}，按时处理 {handle}，按时办结 {close}；{n} 件里有 {late} 件至少超时一步" },
  times: { title: "要等多久？", day: "处理最慢的是 {day}：一半在 {median}内处理完，九成在 {p90}内",
    week: "处理最慢的是 {day} 起的一周：一半在 {median}内处理完，九成在 {p90}内", none: "这段时间还没有处理完的工单" },
  late: {
    title: "哪里总是超时？", sentence: "{name}最多：{tickets} 件工单，超时 {n} 步；全部共 {all} 步", none: "这段时间没有一步超时",
  },
  offenders: { title: "谁手里总是超时？", sentence: "{name}最多：{n} 步超时；共有 {holders} 家（人）有过超时" },
  grids: { title: "哪个网格按时，哪个不按时？", sentence: "{name}超时最多：{n} 件里 {late} 件", none: "各网格都没有超时" },
  departments: { title: "哪个部门的事项按时，哪个不按时？", sentence: "{name}的事项超时最多：{n} 件里 {late} 件", none: "各部门的事项都没有超时" },
  matters: { title: "什么最多？", sentence: "{kind}最多：{n} 件，占 {all} 件的 {share}" },
  hours: { title: "什么时候最多？", sentence: "{day} {hour} 时至 {end} 时最多：{n} 件，共 {all} 件" },
  hotspots: { title: "热点在哪里？", sentence: "最热的地方在{area}：{n} 件，多为{kind}" },
  recurrences: {
    title: "哪里一再发生？", sentence: "{place}最多：{kind} {n} 次；共 {places} 处不止一次，办结后再发 {again} 次", none: "没有哪里一再发生",
  },
  precision: {
    title: "哪台摄像头误报最多？", sentence: "{device} 最多：{kind}，{judged} 件里误报 {n} 件；全部准确率 {share}",
    right: "判定过的 {all} 件自动工单没有一件误报", none: "这段时间没有判定过的自动工单",
  },
  blindness: {
    title: "哪些时候看不见？", sentence: "{devices} 台设备里 {n} 台有过看不见的时候，加起来 {time}，占 {share}",
    none: "{devices} 台设备一直看得见", unknown: "这段时间没有设备状态的记录",
  },
  league: { title: "网格排行", sentence: "{name}第一：{n} 件里 {late} 件有超时" },
  property: {
    title: "小区物业办得怎么样？", sentence: "{n} 件物业事项；表了态的 {said} 位居民里，{solved} 位说已解决", unasked: "{n} 件物业事项；还没有居民表态是否解决",
    none: "这段时间没有物业事项",
  },
};

const en: typeof zh = {
  title: "Insight", period: "Period", days: "Last {n} days", first: "From", last: "To (incl.)", ownDays: "Show these days", area: "Area", everywhere: "All areas",
  source: "{place}, {first} to {last}", counting: "Counting…", again: "Try again", nothing: "No tickets in this period", nowhere: "in no grid", nobody: "nobody",
  chart: "Show the chart", table: "Show the table", png: "Save as picture", csv: "Save as CSV", noMap: "This computer cannot draw the map (no WebGL): the table says the same",
  failure: {
    unreachable: "The server does not answer: try again in a moment", slow: "The database could not count it in time: choose a shorter period or a smaller area", error: "The server failed ({status}): try again in a moment",
  },
  step: { accept: "Accepted late", handle: "Handled late", close: "Closed late", letter: "Answered late" },
  weekday: { 1: "Monday", 2: "Tuesday", 3: "Wednesday", 4: "Thursday", 5: "Friday", 6: "Saturday", 7: "Sunday" },
  column: {
    day: "Day", week: "Week of", tickets: "Tickets", late: "Late", lateTickets: "Late tickets", grids: "Grid", departments: "Department", communities: "Compound (community)",
    holders: "With", rank: "Rank", matters: "Matter", genuine: "Tickets (not rejected or merged)", recurrent: "Came back", dropped: "Rejected or merged", weekday: "Day",
    acceptMedian: "Until accepted (median)", acceptP90: "Until accepted (90 %)", handleMedian: "Until handled (median)", handleP90: "Until handled (90 %)",
    reopened: "Reopened", solved: "Solved, residents say", unsolved: "Not solved, residents say", place: "Place", times: "Times", again: "After it was closed", anew: "Others",
    spot: "Place", mostly: "Mostly", camera: "Camera · zone · matter", rejected: "False (rejected)", confirmed: "Confirmed", precision: "Precision", reasons: "Why rejected",
    device: "Device", blind: "Blind", blindShare: "Share",
  },
  onTime: { title: "Are we in time?", sentence: "Accepted in time {accept}, handled {handle}, closed {close}; of {n} tickets, {late} missed at least one step" },
  times: { title: "How long does it take?", day: "Slowest on {day}: half were handled within {median}, nine in ten within {p90}",
    week: "Slowest in the week of {day}: half were handled within {median}, nine in ten within {p90}", none: "Nothing was handled in this period yet" },
  late: {
    title: "Where is it always late?", sentence: "Most in {name}: {tickets} tickets missed {n} steps, of {all} in all", none: "No step was missed in this period",
  },
  offenders: { title: "Who is always late?", sentence: "Most with {name}: {n} steps missed; {holders} people and departments missed any" },
  grids: { title: "Which grids are in time, and which are not?", sentence: "{name} is late most: {late} of {n} tickets", none: "No grid was late" },
  departments: { title: "Whose matters are in time, and whose are not?", sentence: "Those of {name} are late most: {late} of {n} tickets", none: "No department’s matters were late" },
  matters: { title: "What is there most of?", sentence: "{kind}: {n} tickets, {share} of {all}" },
  hours: { title: "When is there most?", sentence: "{day}, from {hour}:00 to {end}:00: {n} tickets of {all}" },
  hotspots: { title: "Where are the hot spots?", sentence: "The hottest is in {area}: {n} tickets, mostly {kind}" },
  recurrences: {
    title: "Where does it happen again and again?", sentence: "Most at {place}: {kind}, {n} times; {places} places had several, {again} came back after they were closed", none: "Nothing happened twice in one place",
  },
  precision: {
    title: "Which camera is wrong most often?", sentence: "{device}: {kind}, {n} of {judged} were false; all cameras together were right in {share}",
    right: "None of the {all} automatic tickets that were judged was false", none: "No automatic ticket was judged in this period",
  },
  blindness: {
    title: "When could we not see?", sentence: "{n} of {devices} devices saw nothing for a while, {time} together, {share} of the time",
    none: "All {devices} devices saw all the time", unknown: "Nothing is recorded of the devices’ states in this period",
  },
  league: { title: "League table of the grids", sentence: "{name} comes first: {late} of {n} tickets late" },
  property: {
    title: "How well are the compounds run?", sentence: "{n} property matters; {solved} of the {said} residents who said so call theirs solved", unasked: "{n} property matters; no resident has yet said whether theirs is solved",
    none: "No property matters in this period",
  },
};

export default { "zh-CN": zh, en };
