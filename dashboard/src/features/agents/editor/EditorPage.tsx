import { Plural, Trans, useLingui } from "@lingui/react/macro";
import { Button, Drawer, Select } from "@mantine/core";
import { useMediaQuery } from "@mantine/hooks";
import { IconFlask, IconHistory, IconMicrophone } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { type ComponentType, lazy, Suspense } from "react";
import { diffAgentOptions } from "@/client/@tanstack/react-query.gen";
import type { Agent } from "@/client/types.gen";
import { Page } from "@/ui/Page";
import { Failed, Loading } from "@/ui/States";
import { EditingProvider, useEditing, useFlaws } from "../draft/context";
import { AgentMenu } from "../list/AgentMenu";
import { editorRoute } from "../routes";
import { PublishButton } from "../versions/Publish";
import { Clashes, Offered } from "./Clashes";
import classes from "./Editor.module.css";
import { SaveState } from "./SaveState";
import { type Section, sectionOf, useSections } from "./sections";
import { useAgent } from "./useAgent";

/** Where one talks or types to the draft: made by another feature, and only there when it is built. */
const docks = import.meta.glob<{ TalkDock: ComponentType<{ agentId: string }> }>("/src/features/talk/TalkDock.tsx");
const [loadDock] = Object.values(docks);
const TalkDock = loadDock && lazy(async () => ({ default: (await loadDock()).TalkDock }));

export function EditorPage() {
  const { t } = useLingui();
  const { agentId } = editorRoute.useParams();
  const { editing, error, again } = useAgent(agentId);
  if (editing !== undefined) {
    return (
      <EditingProvider value={editing}>
        <Editor />
      </EditingProvider>
    );
  }
  return (
    <Page title={t`Agent`} isWide>
      {error ? <Failed error={error} again={again} /> : <Loading rows={6} height={64} />}
    </Page>
  );
}

function Editor() {
  const { agent, isReadOnly } = useEditing();
  const { t } = useLingui();
  const navigate = useNavigate({ from: editorRoute.fullPath });
  const search = editorRoute.useSearch();
  const sections = useSections();
  const words = useSentence(agent, isReadOnly);
  const section = sections.find(({ id }) => id === search.section) ?? sections[0];
  const isRoomy = useMediaQuery("(min-width: 1400px)", window.innerWidth >= 1400);
  const isTalking = TalkDock !== undefined && (isRoomy ? search.talk !== "off" : search.talk === "on");
  const talk = (isOpen: boolean) =>
    void navigate({ search: { ...search, talk: isOpen ? "on" : "off" }, replace: true, resetScroll: false });
  if (section === undefined) return null;
  return (
    <Page
      title={agent.name}
      aside={<SaveState />}
      isWide
      {...words}
      actions={
        <>
          {TalkDock !== undefined && (
            <Button
              variant="default"
              leftSection={<IconMicrophone size={16} />}
              aria-pressed={isTalking}
              onClick={() => talk(!isTalking)}
            >
              <Trans>Talk to it</Trans>
            </Button>
          )}
          <Button
            component={Link}
            to={`/agents/${agent.id}/versions`}
            variant="default"
            leftSection={<IconHistory size={16} />}
          >
            <Trans>Versions</Trans>
          </Button>
          <Button
            component={Link}
            to={`/agents/${agent.id}/tests`}
            variant="default"
            leftSection={<IconFlask size={16} />}
          >
            <Trans>Tests</Trans>
          </Button>
          <PublishButton />
          <AgentMenu agent={agent} isHere />
        </>
      }
    >
      <Offered />
      <Clashes />
      <div className={classes.editor} data-dock={(isRoomy && isTalking) || undefined}>
        <SectionList sections={sections} here={section} />
        <div className={classes.section} key={section.id}>
          <h2>{section.title}</h2>
          <section.Body />
        </div>
        {TalkDock && isTalking && isRoomy && (
          <aside className={classes.dock} aria-label={t`Talk to the draft`}>
            <Suspense fallback={<Loading rows={3} height={90} />}>
              <TalkDock agentId={agent.id} />
            </Suspense>
          </aside>
        )}
      </div>
      {TalkDock && !isRoomy && (
        <Drawer opened={isTalking} onClose={() => talk(false)} position="right" title={t`Talk to the draft`}>
          <Suspense fallback={<Loading rows={3} height={90} />}>
            <TalkDock agentId={agent.id} />
          </Suspense>
        </Drawer>
      )}
    </Page>
  );
}

/** How it stands with this agent, in words. */
function useSentence(agent: Agent, isReadOnly: boolean) {
  const version = agent.published_version;
  const diff = useQuery({
    ...diffAgentOptions({ path: { agent_id: agent.id }, query: { from: "published" } }),
    enabled: version !== null,
  });
  const changes = diff.data?.fields.length;
  if (agent.managed_by === "file") {
    const file = agent.file;
    const sentence = (
      <Trans>
        This agent is managed by the file <code>{file}</code> on the server. Change it there, and it is taken over by
        itself; or duplicate the agent and change the copy here.
      </Trans>
    );
    return { sentence, tone: "plain" as const };
  }
  if (isReadOnly) {
    return {
      sentence: <Trans>You may look at this agent. To change it, ask an owner for the role of an editor.</Trans>,
      tone: "plain" as const,
    };
  }
  if (version === null) {
    return {
      sentence: <Trans>Nobody hears this agent yet: publish it, and it answers.</Trans>,
      tone: "look" as const,
    };
  }
  if (!changes) {
    return { sentence: <Trans>Version {version} answers, and it is what stands here.</Trans>, tone: "plain" as const };
  }
  return {
    sentence: (
      <Trans>
        Version {version} answers.{" "}
        <Plural
          value={changes}
          one="# change of this draft is not heard by callers yet."
          other="# changes of this draft are not heard by callers yet."
        />
      </Trans>
    ),
    tone: "plain" as const,
  };
}

function SectionList({ sections, here }: { sections: Section[]; here: Section }) {
  const { t } = useLingui();
  const navigate = useNavigate({ from: editorRoute.fullPath });
  const flaws = useFlaws();
  const search = editorRoute.useSearch();
  const isNarrow = useMediaQuery("(max-width: 900px)", window.innerWidth <= 900);
  const wrong = new Set(flaws.map(({ pointer }) => sectionOf(sections, pointer)?.id));
  if (isNarrow) {
    return (
      <Select
        aria-label={t`Section`}
        className={classes.sectionSelect}
        value={here.id}
        size="md"
        data={sections.map(({ id, title }) => ({ value: id, label: wrong.has(id) ? t`${title}: to mend` : title }))}
        onChange={(id) => id !== null && void navigate({ search: { ...search, section: id } })}
      />
    );
  }
  return (
    <nav className={classes.sections} aria-label={t`Sections`}>
      {sections.map(({ id, title }) => (
        <Link
          key={id}
          from={editorRoute.fullPath}
          search={{ ...search, section: id }}
          aria-current={id === here.id ? "page" : undefined}
          data-here={id === here.id || undefined}
        >
          {title}
          {wrong.has(id) && <i role="img" aria-label={t`something to mend`} />}
        </Link>
      ))}
    </nav>
  );
}
