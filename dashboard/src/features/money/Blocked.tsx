import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Group, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useInfiniteQuery, useMutation } from "@tanstack/react-query";
import { problemOf } from "@/app/api";
import { freshen, inParts } from "@/app/queries";
import { useMay } from "@/app/session";
import {
  blockNumberMutation,
  listBlockedNumbersInfiniteOptions,
  unblockNumberMutation,
} from "@/client/@tanstack/react-query.gen";
import type { BlockedNumber } from "@/client/types.gen";
import { More } from "@/ui/More";
import { Card } from "@/ui/Page";
import { Row, Rows } from "@/ui/Rows";
import { Failed } from "@/ui/States";
import { tell, tellFailure } from "@/ui/tell";

/** Numbers that are not put through. */
export function Blocked() {
  const { t } = useLingui();
  const mayWrite = useMay("settings:write");
  const list = useInfiniteQuery({ ...listBlockedNumbersInfiniteOptions({ query: { limit: 25 } }), ...inParts });
  const known = list.data?.pages.flatMap((part) => part.data) ?? [];
  const form = useForm({ initialValues: { number: "", note: "" } });
  const block = useMutation({
    ...blockNumberMutation(),
    onSuccess: () => {
      form.reset();
      freshen("Limits");
    },
  });
  const again = useMutation({ ...blockNumberMutation(), onSuccess: () => freshen("Limits"), onError: tellFailure });
  const unblock = useMutation({ ...unblockNumberMutation(), onSuccess: () => freshen("Limits"), onError: tellFailure });
  const letIn = (one: BlockedNumber) =>
    unblock.mutate(
      { path: { blocked_number_id: one.id } },
      {
        onSuccess: () =>
          tell(<Trans>{one.number} is put through again.</Trans>, () =>
            again.mutate({ body: { number: one.number, note: one.note } }),
          ),
      },
    );
  const problem = block.isError ? problemOf(block.error) : null;
  return (
    <Card title={<Trans>Numbers that are not put through</Trans>}>
      {list.isError && <Failed error={list.error} />}
      <Rows label={t`Blocked numbers`}>
        {known.map((one) => (
          <Row
            key={one.id}
            title={one.number}
            actions={
              mayWrite && (
                <Button size="xs" variant="default" onClick={() => letIn(one)}>
                  <Trans>Let in</Trans>
                </Button>
              )
            }
          >
            {one.note}
          </Row>
        ))}
      </Rows>
      <More list={list} />
      {mayWrite && (
        <form onSubmit={form.onSubmit((body) => block.mutate({ body }))}>
          <Group align="flex-start" gap="xs" mt="xs">
            <TextInput
              label={t`Number`}
              description={t`+4930* keeps out all that begin so.`}
              placeholder="+493012345678"
              required
              withAsterisk={false}
              {...form.getInputProps("number")}
              error={problem?.at("/number") ?? problem?.message}
            />
            <TextInput label={t`Why`} description={t`For yourselves.`} {...form.getInputProps("note")} />
            <Button type="submit" variant="default" mt={44} loading={block.isPending}>
              <Trans>Keep out</Trans>
            </Button>
          </Group>
        </form>
      )}
    </Card>
  );
}
