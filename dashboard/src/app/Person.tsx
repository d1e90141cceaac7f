import { Trans, useLingui } from "@lingui/react/macro";
import { Menu, UnstyledButton, useMantineColorScheme } from "@mantine/core";
import { IconCheck, IconDeviceDesktop, IconLanguage, IconLogout, IconMoon, IconSun } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { signOutMutation, switchWorkspaceMutation } from "@/client/@tanstack/react-query.gen";
import { LANGUAGES, type Language, speak } from "./i18n";
import classes from "./Shell.module.css";
import { useSession } from "./session";

/** Who is signed in: workspace, theme, language, the way out. */
export function Person() {
  const { t, i18n } = useLingui();
  const session = useSession();
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const out = useMutation({ ...signOutMutation(), onSettled: () => location.assign("/sign-in") });
  const change = useMutation({ ...switchWorkspaceMutation(), onSuccess: () => location.assign("/") });
  const here = session?.workspaces.find(({ id }) => id === session.workspace_id);
  const name = session?.user?.name || session?.user?.email || t`Owner`;
  const tick = (isChosen: boolean) => (isChosen ? <IconCheck size={14} aria-label={t`chosen`} /> : null);
  return (
    <Menu position="top-start" width={232}>
      <Menu.Target>
        <UnstyledButton className={classes.person}>
          <span className={classes.initial} aria-hidden>
            {name.slice(0, 1).toUpperCase()}
          </span>
          <span className={classes.who}>
            <b>{name}</b>
            <small>{here?.name ?? ""}</small>
          </span>
          <span className="visually-hidden">
            <Trans>workspace, theme, language, sign out</Trans>
          </span>
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        {(session?.workspaces.length ?? 0) > 1 && (
          <>
            <Menu.Label>
              <Trans>Workspace</Trans>
            </Menu.Label>
            {session?.workspaces.map((workspace) => (
              <Menu.Item
                key={workspace.id}
                rightSection={tick(workspace.id === session.workspace_id)}
                onClick={() => change.mutate({ body: { workspace_id: workspace.id } })}
              >
                {workspace.name}
              </Menu.Item>
            ))}
          </>
        )}
        <Menu.Label>
          <Trans>Theme</Trans>
        </Menu.Label>
        <Menu.Item
          leftSection={<IconDeviceDesktop size={15} />}
          rightSection={tick(colorScheme === "auto")}
          onClick={() => setColorScheme("auto")}
        >
          <Trans>As the system</Trans>
        </Menu.Item>
        <Menu.Item
          leftSection={<IconSun size={15} />}
          rightSection={tick(colorScheme === "light")}
          onClick={() => setColorScheme("light")}
        >
          <Trans>Light</Trans>
        </Menu.Item>
        <Menu.Item
          leftSection={<IconMoon size={15} />}
          rightSection={tick(colorScheme === "dark")}
          onClick={() => setColorScheme("dark")}
        >
          <Trans>Dark</Trans>
        </Menu.Item>
        <Menu.Label>
          <Trans>Language</Trans>
        </Menu.Label>
        {Object.entries(LANGUAGES).map(([tag, called]) => (
          <Menu.Item
            key={tag}
            leftSection={<IconLanguage size={15} />}
            rightSection={tick(i18n.locale === tag)}
            onClick={() => void speak(tag as Language, true)}
          >
            {called}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item leftSection={<IconLogout size={15} />} onClick={() => out.mutate({})}>
          <Trans>Sign out</Trans>
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
