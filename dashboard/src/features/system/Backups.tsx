import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Checkbox, Group } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { useMay } from "@/app/session";
import { createBackupMutation, listBackupsOptions } from "@/client/@tanstack/react-query.gen";
import { Card } from "@/ui/Page";
import { Row, Rows } from "@/ui/Rows";
import { Calls, Empty, Failed, Loading } from "@/ui/States";
import { tell } from "@/ui/tell";
import { number, When } from "@/ui/values";

/** Archives that bring everything back: nightly, and now. */
export function Backups() {
  const { t } = useLingui();
  const mayWrite = useMay("settings:write");
  const list = useQuery({ ...listBackupsOptions(), enabled: mayWrite });
  const [withObjects, setWithObjects] = useState(false);
  const make = useMutation({
    ...createBackupMutation(),
    onSuccess: () => {
      freshen("Backups");
      tell(<Trans>The backup is made.</Trans>);
    },
  });
  if (!mayWrite || (list.isError && problemOf(list.error).status === 403)) return null;
  return (
    <Card
      title={<Trans>Backups</Trans>}
      actions={
        <Group gap="sm">
          <Checkbox
            size="sm"
            label={t`with recordings`}
            checked={withObjects}
            onChange={({ currentTarget }) => setWithObjects(currentTarget.checked)}
          />
          <Button
            size="xs"
            loading={make.isPending}
            onClick={() => make.mutate({ body: { with_objects: withObjects } })}
          >
            <Trans>Make one now</Trans>
          </Button>
        </Group>
      }
    >
      {make.isError && <Failed error={make.error} />}
      {list.isPending && <Loading rows={2} />}
      {list.isError && <Failed error={list.error} />}
      {list.data?.data.length === 0 && (
        <Empty title={<Trans>None yet</Trans>}>
          <Trans>One is made each night, and fourteen are kept.</Trans>
        </Empty>
      )}
      <Rows label={t`Backups`}>
        {list.data?.data.map((one) => (
          <Row
            key={one.name}
            title={<When at={one.made_at} isExact />}
            actions={
              <Button component="a" href={`/v1/backups/${one.name}`} download size="xs" variant="default">
                <Trans>Download</Trans>
              </Button>
            }
          >
            {number(one.bytes / 1e6, 1)} MB · <Calls count={one.calls} /> · Offhook {one.version}
            {one.has_objects ? (
              <>
                {" "}
                · <Trans>with recordings</Trans>
              </>
            ) : null}
          </Row>
        ))}
      </Rows>
      <p>
        <Trans>
          To bring one back, stop the server and run <code>offhook restore ARCHIVE</code>: what is there now is kept
          beside it first. Secrets in it open only with the master key, which is not in it: keep that in another place.
        </Trans>
      </p>
    </Card>
  );
}
