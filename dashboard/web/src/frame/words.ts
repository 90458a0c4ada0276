const zh = {
  frame: { pages: "页面", otherLanguage: "English", signOut: "退出", unopened: "没有打开，请检查网络", again: "再试一次" },
  page: { wall: "大屏", desk: "派单台", tickets: "工单", insight: "问数", install: "安装", worker: "我的工单", report: "上报" },
  role: {
    operator: "值班员", dispatcher: "调度员", worker: "网格员", department: "部门", supervisor: "督办员",
    installer: "安装员", admin: "管理员", resident: "居民", system: "系统",
  },
  script: "脚本",
  notAllowed: {
    title: "此页面供{roles}使用", you: "您是 {name}（{role}）。", home: "回到我的页面", somebodyElse: "换个账号登录",
  },
  notFound: { title: "没有这个页面" },
  photo: { alt: "照片 {n}", drop: "去掉照片 {n}", unreadable: "有一张照片无法读取，请重拍" },
};

const en: typeof zh = {
  frame: { pages: "Pages", otherLanguage: "中文", signOut: "Sign out", unopened: "It did not open: check the network", again: "Try again" },
  page: { wall: "Wall", desk: "Desk", tickets: "Tickets", insight: "Insight", install: "Install", worker: "My tickets", report: "Report" },
  role: {
    operator: "operator", dispatcher: "dispatcher", worker: "grid worker", department: "department", supervisor: "supervisor",
    installer: "installer", admin: "admin", resident: "resident", system: "system",
  },
  script: "script",
  notAllowed: {
    title: "This page is for: {roles}", you: "You are {name} ({role}).", home: "Back to my page", somebodyElse: "Sign in as somebody else",
  },
  notFound: { title: "There is no such page" },
  photo: { alt: "Photo {n}", drop: "Remove photo {n}", unreadable: "One of the photos cannot be read: take it again" },
};

export default { "zh-CN": zh, en };
