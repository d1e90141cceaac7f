import { Trans, useLingui } from "@lingui/react/macro";
import { Button, FileButton, Select, Text, Textarea, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { IconFileImport, IconPencil, IconWorld } from "@tabler/icons-react";
import { useMutation } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import { createAgentMutation } from "@/client/@tanstack/react-query.gen";
import { importAgent } from "@/client/sdk.gen";
import { Page } from "@/ui/Page";
import { Failed, NotAllowed } from "@/ui/States";
import { LANGUAGE_TAGS, useLanguageName } from "../editor/languages";
import classes from "./List.module.css";

/** Three ways to a new agent. */
export function NewAgentPage() {
  const { t } = useLingui();
  const mayWrite = useMay("agents:write");
  return (
    <Page title={t`New agent`}>
      {!mayWrite && <NotAllowed />}
      {mayWrite && (
        <div className={classes.ways}>
          <FromWebsite />
          <FromFile />
          <FromScratch />
        </div>
      )}
    </Page>
  );
}

function useOpen(): (agentId: string) => void {
  const navigate = useNavigate();
  return (agentId) => {
    freshen("Agents");
    void navigate({ to: "/agents/$agentId", params: { agentId } });
  };
}

function FromWebsite() {
  return (
    <section className={classes.way}>
      <h2>
        <IconWorld size={19} stroke={1.6} aria-hidden />
        <Trans>From your website</Trans>
      </h2>
      <p>
        <Trans>
          Its pages, or a few lines about your business, become a first agent: hours, prices, what callers ask.
        </Trans>
      </p>
      <div>
        <Button component={Link} to="/start/mine">
          <Trans>Begin</Trans>
        </Button>
      </div>
    </section>
  );
}

function FromFile() {
  const open = useOpen();
  const read = useMutation({
    mutationFn: async (file: File) => {
      const text = await file.text();
      return (await importAgent({ body: text, bodySerializer: (body) => body as string })).data;
    },
    onSuccess: (made) => open(made.id),
  });
  const problem = read.isError ? problemOf(read.error) : null;
  return (
    <section className={classes.way}>
      <h2>
        <IconFileImport size={19} stroke={1.6} aria-hidden />
        <Trans>From a file</Trans>
      </h2>
      <p>
        <Trans>An AGENT.yaml of another server, or of your repository.</Trans>
      </p>
      <div>
        <FileButton accept=".yaml,.yml,application/yaml" onChange={(file) => file && read.mutate(file)}>
          {(props) => (
            <Button {...props} variant="default" loading={read.isPending}>
              <Trans>Choose a file</Trans>
            </Button>
          )}
        </FileButton>
      </div>
      {problem && (
        <Text c="var(--bad)" size="sm" role="alert">
          {problem.flaws.length > 0 ? problem.flaws.map(({ detail }) => detail).join(" ") : problem.message}
        </Text>
      )}
    </section>
  );
}

function FromScratch() {
  const { t, i18n } = useLingui();
  const open = useOpen();
  const nameOf = useLanguageName();
  const form = useForm({
    initialValues: {
      name: "",
      language: i18n.locale === "de" ? "de-DE" : "en-US",
      opening: "",
      prompt: "",
    },
    validate: { name: (value) => (value.trim() === "" ? t`It needs a name.` : null) },
  });
  const create = useMutation({ ...createAgentMutation(), onSuccess: (made) => open(made.id) });
  const problem = create.isError ? problemOf(create.error) : null;
  const send = form.onSubmit(({ name, language, opening, prompt }) =>
    create.mutate({
      body: {
        document: {
          name: name.trim(),
          language,
          timezone: Intl.DateTimeFormat().resolvedOptions().timeZone,
          ...(opening.trim() ? { opening: { text: opening.trim() } } : {}),
          ...(prompt.trim() ? { prompt: prompt.trim() } : {}),
          ...ENGINES,
        },
      },
    }),
  );
  return (
    <section className={`${classes.way} ${classes.wide}`}>
      <h2>
        <IconPencil size={19} stroke={1.6} aria-hidden />
        <Trans>From scratch</Trans>
      </h2>
      <form onSubmit={send}>
        <TextInput
          label={t`Name`}
          placeholder={t`Reception`}
          {...form.getInputProps("name")}
          error={problem?.at("/document/name") ?? form.errors.name}
        />
        <Select
          label={t`Language`}
          data={LANGUAGE_TAGS.map((tag) => ({ value: tag, label: nameOf(tag) }))}
          maw={280}
          {...form.getInputProps("language")}
        />
        <TextInput
          label={t`First sentence`}
          placeholder={t`Harbour Hotel, good morning. How can I help you?`}
          {...form.getInputProps("opening")}
          error={problem?.at("/document/opening")}
        />
        <Textarea
          label={t`What it is to do`}
          placeholder={t`You answer the telephone of the Harbour Hotel. Say what you know, take messages, and never promise a price.`}
          autosize
          minRows={4}
          {...form.getInputProps("prompt")}
          error={problem?.at("/document/prompt")}
        />
        {problem && problem.flaws.length === 0 && <Failed error={create.error} />}
        <div>
          <Button type="submit" loading={create.isPending}>
            <Trans>Make it</Trans>
          </Button>
        </div>
      </form>
    </section>
  );
}

/** What runs on the server itself, so that a new agent talks before there is any key. */
const ENGINES = { stt: { provider: "local" }, llm: { provider: "grounded" }, tts: { provider: "local" } };
