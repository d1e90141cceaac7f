import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, Checkbox, Group, Menu, Modal, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { IconBookmark, IconCheck, IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { problemOf } from "@/app/api";
import { freshen } from "@/app/queries";
import { deleteViewMutation, listViewsOptions, saveViewMutation } from "@/client/@tanstack/react-query.gen";
import type { View } from "@/client/types.gen";
import { Failed } from "@/ui/States";
import { tell, tellFailure } from "@/ui/tell";
import classes from "./Calls.module.css";
import { type Filters, filtersOf, isSame, readSearch } from "./search";

const PAGE = "calls";

interface Props {
  filters: Filters;
  show: (all: Filters) => void;
}

/** Filters under a name: one's own, and those that the workspace shares. */
export function Views({ filters, show }: Props) {
  const { t } = useLingui();
  const views = useQuery(listViewsOptions({ query: { page: PAGE, limit: 50 } }));
  const known = views.data?.data ?? [];
  const now = known.find((view) => isSame(filtersIn(view), filters));
  const [isSaving, saving] = useDisclosure(false);
  const isEmpty = Object.keys(filters).length === 0;
  return (
    <>
      <Menu position="bottom-end" width={270}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconBookmark size={16} />} className={classes.views}>
            {now ? now.name : <Trans>Views</Trans>}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item rightSection={isEmpty && <IconCheck size={14} aria-label={t`chosen`} />} onClick={() => show({})}>
            <Trans>All calls</Trans>
          </Menu.Item>
          {known.map((view) => (
            <Entry key={view.id} view={view} isNow={view === now} show={show} />
          ))}
          <Menu.Divider />
          <Menu.Item disabled={isEmpty || now !== undefined} onClick={saving.open}>
            {isEmpty ? <Trans>Filter or search, then save it here</Trans> : <Trans>Save this view…</Trans>}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Modal
        opened={isSaving}
        onClose={saving.close}
        title={t`Save this view`}
        closeButtonProps={{ "aria-label": t`Close` }}
        size="sm"
      >
        <Save filters={filters} onDone={saving.close} />
      </Modal>
    </>
  );
}

function filtersIn(view: View): Filters {
  return filtersOf(readSearch(view.query));
}

function Entry({ view, isNow, show }: { view: View; isNow: boolean; show: Props["show"] }) {
  const { t } = useLingui();
  const again = useMutation({ ...saveViewMutation(), onSuccess: () => freshen("Views"), onError: tellFailure });
  const { page, name, query, is_shared } = view;
  const remove = useMutation({
    ...deleteViewMutation(),
    onSuccess: () => {
      freshen("Views");
      tell(<Trans>The view “{name}” is gone.</Trans>, () => again.mutate({ body: { page, name, query, is_shared } }));
    },
    onError: tellFailure,
  });
  return (
    <div className={classes.view}>
      <Menu.Item
        rightSection={isNow && <IconCheck size={14} aria-label={t`chosen`} />}
        onClick={() => show(filtersIn(view))}
      >
        {name}
        {!view.is_own && (
          <small>
            <Trans>from {view.owner_name}</Trans>
          </small>
        )}
      </Menu.Item>
      {view.is_own && (
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={t`Delete the view ${name}`}
          loading={remove.isPending}
          onClick={() => remove.mutate({ path: { view_id: view.id } })}
        >
          <IconTrash size={15} stroke={1.6} />
        </ActionIcon>
      )}
    </div>
  );
}

function Save({ filters, onDone }: { filters: Filters; onDone: () => void }) {
  const { t } = useLingui();
  const [name, setName] = useState("");
  const [isShared, setShared] = useState(false);
  const save = useMutation({
    ...saveViewMutation(),
    onSuccess: () => {
      freshen("Views");
      onDone();
    },
  });
  const problem = save.isError ? problemOf(save.error) : null;
  const send = (event: FormEvent) => {
    event.preventDefault();
    save.mutate({ body: { page: PAGE, name, query: filters as Record<string, string>, is_shared: isShared } });
  };
  return (
    <form onSubmit={send}>
      <Stack gap="sm">
        <TextInput
          data-autofocus
          label={t`Its name`}
          placeholder={t`Hung up at once`}
          required
          withAsterisk={false}
          maxLength={80}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
          error={problem?.at("/name")}
        />
        <Checkbox
          label={t`Everybody in the workspace sees it`}
          checked={isShared}
          onChange={(event) => setShared(event.currentTarget.checked)}
        />
        {problem && !problem.at("/name") && <Failed error={problem} />}
        <Group justify="flex-end">
          <Button type="submit" loading={save.isPending}>
            <Trans>Save it</Trans>
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
