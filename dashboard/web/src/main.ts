import { createApp } from "vue";
import App from "./App.vue";
import { setUpI18n } from "./i18n";
import { router } from "./router";
import "./style/tokens.css";
import "./style/base.css";

createApp(App).use(setUpI18n()).use(router).mount("#app");
