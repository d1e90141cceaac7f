import { Trans, useLingui } from "@lingui/react/macro";
import { ActionIcon, Button, CloseButton, Kbd, Menu, TextInput, Tooltip } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { IconAdjustmentsHorizontal, IconDownload, IconKeyboard, IconSearch } from "@tabler/icons-react";
import { type RefObject, useEffect, useState } from "react";
import classes from "./Calls.module.css";
import { type Filters, fileOf } from "./search";
import { Views } from "./Views";

interface Props {
  field: RefObject<HTMLInputElement | null>;
  filters: Filters;
  change: (some: Filters, replace?: boolean) => void;
  show: (all: Filters) => void;
  isFiltering: boolean;
  onFilter: () => void;
  onHelp: () => void;
}

/** Search, filters, views, file: what the list is made of. */
export function Bar({ field, filters, change, show, isFiltering, onFilter, onHelp }: Props) {
  const { t } = useLingui();
  return (
    <div className={classes.bar}>
      <Search field={field} value={filters.q ?? ""} onSearch={(q) => change({ q }, true)} />
      <Button
        variant="default"
        leftSection={<IconAdjustmentsHorizontal size={16} />}
        aria-expanded={isFiltering}
        onClick={onFilter}
      >
        <Trans>Filter</Trans>
      </Button>
      <Views filters={filters} show={show} />
      <Menu position="bottom-end" width={250}>
        <Menu.Target>
          <Button variant="default" leftSection={<IconDownload size={16} />}>
            <Trans>Export</Trans>
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Label>
            <Trans>The calls of this list, at most the newest 10,000</Trans>
          </Menu.Label>
          <Menu.Item component="a" href={fileOf(filters, "csv", new Date())} download>
            <Trans>Table (CSV)</Trans>
          </Menu.Item>
          <Menu.Item component="a" href={fileOf(filters, "json", new Date())} download>
            JSON
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <Tooltip label={t`Keys (?)`}>
        <ActionIcon
          variant="subtle"
          color="gray"
          size={36}
          className={classes.keyboard}
          aria-label={t`Keys of this page`}
          onClick={onHelp}
        >
          <IconKeyboard size={18} stroke={1.6} />
        </ActionIcon>
      </Tooltip>
    </div>
  );
}

const TYPING_MS = 250;

function Search({ field, value, onSearch }: { field: Props["field"]; value: string; onSearch: (q: string) => void }) {
  const { t } = useLingui();
  const [typed, setTyped] = useState(value);
  const send = useDebouncedCallback(onSearch, TYPING_MS);
  // The address may change without this field: a view, the way back.
  useEffect(() => setTyped((now) => (now.trim() === value ? now : value)), [value]);
  const type = (text: string) => {
    setTyped(text);
    send(text.trim());
  };
  const clear = () => {
    setTyped("");
    onSearch("");
    field.current?.focus();
  };
  return (
    <TextInput
      ref={field}
      type="search"
      className={classes.search}
      aria-label={t`Search in what was said`}
      placeholder={t`Search in what was said`}
      leftSection={<IconSearch size={16} stroke={1.7} />}
      rightSection={
        typed ? (
          <CloseButton size="sm" aria-label={t`Search for nothing`} onClick={clear} />
        ) : (
          <Kbd size="xs" className={classes.hint}>
            /
          </Kbd>
        )
      }
      value={typed}
      maxLength={200}
      onChange={(event) => type(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Escape" && field.current?.blur()}
    />
  );
}
