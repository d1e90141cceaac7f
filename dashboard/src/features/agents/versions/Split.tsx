import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, Modal, Select, Slider, Stack, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import { getPhoneNumber, updatePhoneNumber } from "@/client/sdk.gen";
import type { Agent, PhoneNumber, VersionSummary } from "@/client/types.gen";
import { Card } from "@/ui/Page";
import { Failed } from "@/ui/States";
import { useNumbers } from "../list/useNumbers";
import { useTold } from "./actions";
import classes from "./Versions.module.css";

type Parts = PhoneNumber["split"];

/** A number is changed as it is now: its revision is read first. */
async function change(number: PhoneNumber, split: Parts): Promise<void> {
  const path = { number_id: number.id };
  const { response } = await getPhoneNumber({ path });
  await updatePhoneNumber({ path, body: { split }, headers: { "If-Match": response?.headers.get("ETag") ?? "*" } });
}

/** Which of the agent's numbers are answered by which versions. */
export function NumberSplits({ agent, versions }: { agent: Agent; versions: VersionSummary[] }) {
  const { t } = useLingui();
  const told = useTold();
  const mayChange = useMay("numbers:write");
  const [asked, setAsked] = useState<PhoneNumber | null>(null);
  const numbers = useNumbers(agent.id);
  const end = useMutation({
    mutationFn: (number: PhoneNumber) => change(number, null),
    onSuccess: (_, number) => {
      freshen("Numbers");
      const before = number.split;
      told(t`${number.number} is answered by the published version alone.`, () => {
        void change(number, before).then(() => freshen("Numbers"));
      });
    },
  });
  if (!numbers?.length) return null;
  return (
    <Card title={<Trans>Its numbers</Trans>}>
      {numbers.map((number) => (
        <div key={number.id} className={classes.numberRow}>
          <span>
            <b>{number.number}</b> {number.name}
            <small>
              <Answers split={number.split} published={agent.published_version} />
            </small>
          </span>
          {mayChange && versions.length > 1 && (
            <Button size="compact-sm" variant="default" onClick={() => setAsked(number)}>
              {number.split ? <Trans>Change</Trans> : <Trans>Split</Trans>}
            </Button>
          )}
          {mayChange && number.split && (
            <Button size="compact-sm" variant="default" loading={end.isPending} onClick={() => end.mutate(number)}>
              <Trans>End the split</Trans>
            </Button>
          )}
        </div>
      ))}
      {end.isError && <Failed error={end.error} />}
      <Modal
        opened={asked !== null}
        onClose={() => setAsked(null)}
        title={<Trans>Two versions on {asked?.number}</Trans>}
      >
        {asked && <SplitForm number={asked} agent={agent} versions={versions} onDone={() => setAsked(null)} />}
      </Modal>
    </Card>
  );
}

function Answers({ split, published }: { split: Parts; published: number | null }) {
  if (!split)
    return published === null ? <Trans>Nobody answers yet.</Trans> : <Trans>Version {published} answers.</Trans>;
  return split.map(({ version, percent }, index) => (
    <span key={version}>
      {index > 0 && ", "}
      <Trans>
        {percent} % of the calls: version {version}
      </Trans>
    </span>
  ));
}

interface Form {
  number: PhoneNumber;
  agent: Agent;
  versions: VersionSummary[];
  onDone: () => void;
}

function SplitForm({ number, agent, versions, onDone }: Form) {
  const { t } = useLingui();
  const [first, second] = number.split ?? [];
  const other = versions.find((one) => one.number !== agent.published_version);
  const [one, setOne] = useState(String(first?.version ?? agent.published_version ?? ""));
  const [two, setTwo] = useState(String(second?.version ?? other?.number ?? ""));
  const [percent, setPercent] = useState(second?.percent ?? 10);
  const save = useMutation({
    mutationFn: () =>
      change(number, [
        { version: Number(one), percent: 100 - percent },
        { version: Number(two), percent },
      ]),
    onSuccess: () => {
      freshen("Numbers");
      onDone();
    },
  });
  const data = versions.map((version) => ({
    value: String(version.number),
    label: version.note ? `${version.number}: ${version.note}` : t`Version ${version.number}`,
  }));
  const rest = 100 - percent;
  return (
    <Stack gap="md">
      <Text>
        <Trans>
          Of 100 calls, {rest} hear version {one}, and {percent} hear version {two}. Calls that run stay with the one
          they have.
        </Trans>
      </Text>
      <Select label={t`Most calls`} value={one} data={data} onChange={(value) => setOne(value ?? one)} />
      <Select label={t`The others`} value={two} data={data} onChange={(value) => setTwo(value ?? two)} />
      <Slider
        min={1}
        max={99}
        value={percent}
        label={(value) => `${value} %`}
        thumbLabel={t`Share of the others`}
        onChange={setPercent}
        marks={[{ value: 10 }, { value: 50 }, { value: 90 }]}
      />
      {save.isError && <Failed error={save.error} />}
      <Group justify="flex-end">
        <Button variant="default" onClick={onDone}>
          <Trans>Leave it</Trans>
        </Button>
        <Button loading={save.isPending} disabled={one === two} onClick={() => save.mutate()}>
          <Trans>Split</Trans>
        </Button>
      </Group>
    </Stack>
  );
}
