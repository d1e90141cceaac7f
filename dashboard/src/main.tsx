import "@fontsource-variable/inter/wght.css";
import "@mantine/core/styles/baseline.css";
import "@mantine/core/styles/default-css-variables.css";
import "@mantine/core/styles/global.css";
import "./app/mantine.css";
import "./app/tokens.css";
import { i18n } from "@lingui/core";
import { I18nProvider } from "@lingui/react";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { preferred, speak } from "./app/i18n";
import { queries } from "./app/queries";
import { reloadForNewVersion } from "./app/reload";
import { router } from "./app/router";
import { resolver, theme } from "./app/theme";
import { watchTyping } from "./app/typed";

const nonce = document.querySelector<HTMLMetaElement>('meta[name="csp-nonce"]')?.content ?? "";
const root = document.getElementById("root");
const themes = localStorageColorSchemeManager({ key: "offhook-theme" });

// What keeps the page behind a dialog from scrolling makes a style of its own.
setNonce(nonce);
reloadForNewVersion();
watchTyping();
await speak(preferred());
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <I18nProvider i18n={i18n}>
        <MantineProvider
          theme={theme}
          cssVariablesResolver={resolver}
          defaultColorScheme="auto"
          colorSchemeManager={themes}
          getStyleNonce={() => nonce}
        >
          <QueryClientProvider client={queries}>
            <Notifications position="bottom-center" limit={3} />
            <RouterProvider router={router} />
          </QueryClientProvider>
        </MantineProvider>
      </I18nProvider>
    </StrictMode>,
  );
}
