import { Trans, useLingui } from "@lingui/react/macro";
import { CopyButton } from "@mantine/core";
import type { ReactNode } from "react";
import type { CallRecord } from "@/client";
import { Card } from "@/ui/Page";
import { When } from "@/ui/values";
import classes from "./Side.module.css";

/** Who heard, thought and spoke, and by which names the call is known elsewhere. */
export function Facts({ record }: { record: CallRecord }) {
  const { t } = useLingui();
  const roles: Record<string, string> = { stt: t`heard by`, llm: t`thought by`, tts: t`spoken by` };
  return (
    <Card title={<Trans>Facts</Trans>}>
      <dl className={classes.facts}>
        {Object.entries(roles).map(([role, name]) => {
          const [first, ...others] = record.providers[role] ?? [];
          return first ? (
            <Fact key={role} name={name}>
              {first}
              {others.length > 0 && (
                <small>
                  <Trans>then {others.join(", ")}</Trans>
                </small>
              )}
            </Fact>
          ) : null;
        })}
        {record.participants
          .filter(({ role }) => role === "person")
          .map((person) => (
            <Fact key={`${person.name} ${person.from_s}`} name={t`person`}>
              {person.name}
              {person.number && <small>{person.number}</small>}
            </Fact>
          ))}
        <Fact name={t`began`}>
          <When at={record.started_at} isExact />
        </Fact>
        <Fact name={t`agent was heard`}>{`${record.agent_heard_s.toFixed(1)} s`}</Fact>
        {Object.entries({ ...record.variables, ...record.metadata }).map(([name, value]) => (
          <Fact key={name} name={name}>
            {typeof value === "string" ? value : JSON.stringify(value)}
          </Fact>
        ))}
        {record.offhook_version && <Fact name={t`made with`}>{`Offhook ${record.offhook_version}`}</Fact>}
      </dl>
      <Id name={t`Call`} id={record.id} />
      {record.carrier_call_id && <Id name={t`At the carrier`} id={record.carrier_call_id} />}
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Id({ name, id }: { name: string; id: string }) {
  const { t } = useLingui();
  return (
    <CopyButton value={id}>
      {({ copied, copy }) => (
        <button type="button" className={classes.id} onClick={copy} title={t`Copy`}>
          <span>{copied ? t`Copied` : name}</span>
          <code>{id}</code>
        </button>
      )}
    </CopyButton>
  );
}
