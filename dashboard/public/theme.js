// Before anything is drawn: the theme that was chosen here, so that a dark page does not flash.
(() => {
  let chosen = "auto";
  try {
    chosen = localStorage.getItem("offhook-theme") || "auto";
  } catch {
    // Storage may be forbidden: then the system decides.
  }
  const isDark = chosen === "dark" || (chosen === "auto" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.setAttribute("data-mantine-color-scheme", isDark ? "dark" : "light");
})();
