import { Trans, useLingui } from "@lingui/react/macro";
import { Select } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { type ReactNode, useState } from "react";
import { getVaultOptions, listProviderKeysOptions } from "@/client/@tanstack/react-query.gen";
import type { ProviderKey } from "@/client/types.gen";
import { VendorKey } from "@/features/keys/VendorKey";
import { type Job, VENDORS } from "@/features/keys/vendors";
import { Rows } from "@/ui/Rows";
import { Failed, Loading } from "@/ui/States";
import classes from "./Start.module.css";

const ORDER: Job[] = ["hears", "thinks", "speaks"];

/** Three jobs, and a key for each: what it is for, where it is made, tried at once. */
export function KeysStep() {
  const keys = useQuery(listProviderKeysOptions());
  const vault = useQuery(getVaultOptions());
  if (keys.isPending || vault.isPending) return <Loading rows={3} height={84} />;
  if (keys.isError) return <Failed error={keys.error} again={() => void keys.refetch()} />;
  const held = new Map(keys.data.data.map((key) => [key.provider, key]));
  const isLocked = vault.data?.locked ?? false;
  return (
    <>
      <p>
        <Trans>
          Nothing of this is needed to try. With accounts of your own an agent is quicker, understands more, and sounds
          better; you pay the vendors their own prices, and Offhook adds nothing.
        </Trans>
      </p>
      {isLocked && (
        <p className={classes.look}>
          <Trans>
            The vault is locked, so no key can be kept. <Link to="/keys">Keys</Link> says what to do.
          </Trans>
        </p>
      )}
      {ORDER.map((job) => (
        <JobKey key={job} job={job} held={held} isLocked={isLocked} />
      ))}
      <p className={classes.small}>
        <Trans>
          A key is tried when you save it, sealed, and never shown again. Then choose the vendor in the agent's
          sections: listening, model, voice.
        </Trans>
      </p>
    </>
  );
}

function JobKey({ job, held, isLocked }: { job: Job; held: Map<string, ProviderKey>; isLocked: boolean }) {
  const { t } = useLingui();
  const able = VENDORS.filter(({ jobs }) => jobs.includes(job));
  const [chosen, setChosen] = useState(() => (able.find(({ id }) => held.has(id)) ?? able[0])?.id ?? "");
  const vendor = able.find(({ id }) => id === chosen);
  return (
    <section className={classes.job}>
      <header>
        <div>
          <h3>
            <JobName job={job} />
          </h3>
          <p className={classes.small}>
            <JobWhy job={job} />
          </p>
        </div>
        {able.length > 1 && (
          <Select
            aria-label={t`Vendor`}
            size="xs"
            w={150}
            data={able.map(({ id, name }) => ({ value: id, label: name }))}
            value={chosen}
            onChange={(id) => setChosen(id ?? chosen)}
          />
        )}
      </header>
      {vendor && (
        <Rows label={vendor.name}>
          <VendorKey key={vendor.id} vendor={vendor} held={held.get(vendor.id)} isLocked={isLocked} />
        </Rows>
      )}
    </section>
  );
}

function JobName({ job }: { job: Job }): ReactNode {
  if (job === "hears") return <Trans>Ears</Trans>;
  return job === "thinks" ? <Trans>Brain</Trans> : <Trans>Voice</Trans>;
}

function JobWhy({ job }: { job: Job }): ReactNode {
  if (job === "hears") return <Trans>Makes words of what the caller says, while it is said.</Trans>;
  return job === "thinks" ? (
    <Trans>Finds the answer, and uses your tools.</Trans>
  ) : (
    <Trans>Says it, with the first sound in about a tenth of a second.</Trans>
  );
}
