import {
  type CSSVariablesResolver,
  createTheme,
  defaultVariantColorsResolver,
  type MantineColorsTuple,
} from "@mantine/core";

// Ten steps each. The last steps are for text on paper, the first for text on the dark theme: 4.5 to 1 in both.
const ink: MantineColorsTuple = [
  "#f4f5f8",
  "#e9ecf2",
  "#d2d7e1",
  "#b2bac8",
  "#8a94a6",
  "#6a7487",
  "#566072",
  "#3c4556",
  "#2a3140",
  "#1c2330",
];
const agent: MantineColorsTuple = [
  "#eef3fe",
  "#e8eefc",
  "#c9d8fb",
  "#8fb0ff",
  "#6c93f3",
  "#4a76e3",
  "#3564d4",
  "#2b59c7",
  "#234aa8",
  "#1b3a86",
];
const caller: MantineColorsTuple = [
  "#eef8f4",
  "#e3f3ed",
  "#bfe5d7",
  "#6fd3b1",
  "#3fb890",
  "#1d9872",
  "#0f8363",
  "#0a7256",
  "#085e47",
  "#064936",
];
const amber: MantineColorsTuple = [
  "#fdf5ec",
  "#fbeee0",
  "#f6d9bb",
  "#ffb27a",
  "#e58a45",
  "#c9651d",
  "#b04f10",
  "#9a4108",
  "#7f3506",
  "#642a05",
];
const red: MantineColorsTuple = [
  "#fdf1f0",
  "#fbe9e7",
  "#f5c9c5",
  "#ff9a92",
  "#ea655b",
  "#d2443a",
  "#c0332a",
  "#b3261e",
  "#951e17",
  "#781812",
];
const gray: MantineColorsTuple = [
  "#fbfaf7",
  "#f5f3ee",
  "#f1efe9",
  "#e6e3dc",
  "#d9d5cb",
  "#8b8778",
  "#566072",
  "#485162",
  "#323a49",
  "#1c2330",
];
const dark: MantineColorsTuple = [
  "#e9ecf2",
  "#c9cfda",
  "#a4adbd",
  "#6d7789",
  "#3a4250",
  "#2c323d",
  "#222732",
  "#1b1f27",
  "#14171d",
  "#0f1116",
];

export const theme = createTheme({
  colors: { ink, agent, caller, amber, red, gray, dark },
  primaryColor: "ink",
  primaryShade: { light: 9, dark: 1 },
  // Mantine reckons contrast for the light theme alone: ink is dark in one theme and light in the other.
  variantColorResolver: (input) => {
    const colors = defaultVariantColorsResolver(input);
    const isInk = (input.color ?? "ink") === "ink";
    return input.variant === "filled" && isInk ? { ...colors, color: "var(--paper)" } : colors;
  },
  fontFamily: "'Inter Variable', system-ui, sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Cascadia Mono', Menlo, Consolas, monospace",
  fontSizes: { xs: "12.5px", sm: "13.5px", md: "15px", lg: "17px", xl: "21px" },
  lineHeights: { xs: "1.4", sm: "1.45", md: "1.5", lg: "1.5", xl: "1.35" },
  headings: {
    fontWeight: "600",
    sizes: {
      h1: { fontSize: "21px", lineHeight: "1.35" },
      h2: { fontSize: "16px", lineHeight: "1.4" },
      h3: { fontSize: "15px", lineHeight: "1.45" },
    },
  },
  defaultRadius: "md",
  radius: { xs: "6px", sm: "8px", md: "9px", lg: "14px", xl: "20px" },
  spacing: { xs: "8px", sm: "12px", md: "16px", lg: "24px", xl: "32px" },
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: {
    Tooltip: { defaultProps: { openDelay: 300, transitionProps: { duration: 80 } } },
    Modal: { defaultProps: { radius: "lg", centered: true, transitionProps: { duration: 120 } } },
    Drawer: { defaultProps: { transitionProps: { duration: 120 } } },
    Menu: { defaultProps: { radius: "md", shadow: "md", transitionProps: { duration: 80 } } },
    Select: { defaultProps: { allowDeselect: false, checkIconPosition: "right" } },
    InputWrapper: {
      styles: { label: { fontSize: "13.5px", fontWeight: 550, marginBottom: 3 }, description: { fontSize: "13px" } },
    },
    Skeleton: { defaultProps: { radius: "md" } },
  },
});

/** Mantine's own variables say what the tokens say. */
export const resolver: CSSVariablesResolver = () => {
  const both = {
    "--mantine-color-body": "var(--paper)",
    "--mantine-color-text": "var(--ink)",
    "--mantine-color-dimmed": "var(--soft)",
    "--mantine-color-default": "var(--card)",
    "--mantine-color-default-hover": "var(--wash)",
    "--mantine-color-default-color": "var(--ink)",
    "--mantine-color-default-border": "var(--line)",
    "--mantine-color-placeholder": "var(--soft)",
    "--mantine-color-anchor": "var(--ink)",
    "--mantine-primary-color-contrast": "var(--paper)",
    "--mantine-color-error": "var(--bad)",
    "--mantine-color-disabled": "var(--wash)",
    "--mantine-color-disabled-color": "var(--soft)",
    "--mantine-color-disabled-border": "var(--line)",
  };
  return { variables: {}, light: both, dark: both };
};
