import { Trans, useLingui } from "@lingui/react/macro";
import { UnstyledButton } from "@mantine/core";
import {
  IconBroadcast,
  IconChartLine,
  IconDots,
  IconHash,
  IconHelpCircle,
  IconHome,
  IconKey,
  IconPhone,
  IconReceipt,
  IconServer,
  IconSettings,
  IconUserHeart,
  type TablerIcon,
} from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { useBadges } from "./badges";
import classes from "./Shell.module.css";

interface Entry {
  to: string;
  icon: TablerIcon;
  name: ReactNode;
  badge?: "tasks" | "live" | "questions";
}

const WORK: Entry[] = [
  { to: "/", icon: IconHome, name: <Trans>Today</Trans>, badge: "tasks" },
  { to: "/live", icon: IconBroadcast, name: <Trans>Live</Trans>, badge: "live" },
  { to: "/calls", icon: IconPhone, name: <Trans>Calls</Trans> },
  { to: "/agents", icon: IconUserHeart, name: <Trans>Agents</Trans> },
  { to: "/questions", icon: IconHelpCircle, name: <Trans>Not answered</Trans>, badge: "questions" },
  { to: "/numbers", icon: IconHash, name: <Trans>Numbers</Trans> },
  { to: "/analytics", icon: IconChartLine, name: <Trans>Analytics</Trans> },
];
const HOUSE: Entry[] = [
  { to: "/keys", icon: IconKey, name: <Trans>Keys</Trans> },
  { to: "/money", icon: IconReceipt, name: <Trans>Limits and money</Trans> },
  { to: "/system", icon: IconServer, name: <Trans>System</Trans> },
  { to: "/settings", icon: IconSettings, name: <Trans>Settings</Trans> },
];

/** All pages, in two groups: the work, and the house that it stands in. */
export function Navigation() {
  return (
    <>
      <Link to="/" className={classes.brand}>
        <img src="/icon.svg" alt="" width={26} height={26} />
        Offhook
      </Link>
      <ul className={classes.links}>
        {WORK.map((entry) => (
          <Entry key={entry.to} {...entry} />
        ))}
      </ul>
      <ul className={classes.links}>
        {HOUSE.map((entry) => (
          <Entry key={entry.to} {...entry} />
        ))}
      </ul>
    </>
  );
}

function Entry({ to, icon: Icon, name, badge }: Entry) {
  const count = useBadges()[badge ?? "none"];
  return (
    <li>
      <Link to={to} className={classes.link} activeOptions={{ exact: to === "/" }}>
        <Icon size={18} stroke={1.6} aria-hidden />
        <span>{name}</span>
        {count > 0 && (
          <i className={classes.count} data-live={badge === "live" || undefined}>
            {count > 99 ? "99+" : count}
          </i>
        )}
      </Link>
    </li>
  );
}

/** At telephone width: what is used with one thumb. */
export function Tabs({ onMore }: { onMore: () => void }) {
  const { t } = useLingui();
  return (
    <nav className={classes.tabs} aria-label={t`Main pages`}>
      {WORK.slice(0, 4).map(({ to, icon: Icon, name }) => (
        <Link key={to} to={to} className={classes.tab} activeOptions={{ exact: to === "/" }}>
          <Icon size={20} stroke={1.6} aria-hidden />
          {name}
        </Link>
      ))}
      <UnstyledButton className={classes.tab} onClick={onMore}>
        <IconDots size={20} stroke={1.6} aria-hidden />
        <Trans>More</Trans>
      </UnstyledButton>
    </nav>
  );
}
