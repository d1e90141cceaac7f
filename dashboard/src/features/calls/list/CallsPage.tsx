import { Trans, useLingui } from "@lingui/react/macro";
import { Button, Tabs } from "@mantine/core";
import { useDisclosure, useMediaQuery } from "@mantine/hooks";
import { IconPhoneOutgoing } from "@tabler/icons-react";
import { useMemo, useRef, useState } from "react";
import { useMay } from "@/app/session";
import { Refused } from "@/features/money/Refused";
import { Page } from "@/ui/Page";
import { Bar } from "./Bar";
import { CallList } from "./CallList";
import classes from "./Calls.module.css";
import { FilterPanel } from "./FilterPanel";
import { Keys } from "./Keys";
import { PeekDrawer, PeekPane } from "./Peek";
import { Pills } from "./Pills";
import { PlaceCall } from "./PlaceCall";
import { callsRoute } from "./routes";
import { Said } from "./Said";
import { neighbours, useAgentNames, useCalls, useFilters } from "./useList";
import { useListKeys } from "./useListKeys";

/** All calls: filtered, searched, peeked at one after the other. */
export function CallsPage() {
  const { t } = useLingui();
  const { tab, setTab } = useFilters();
  const [isPlacing, placing] = useDisclosure(false);
  const mayCall = useMay("calls:write");
  return (
    <Page
      title={t`Calls`}
      isWide
      actions={
        mayCall && (
          <Button leftSection={<IconPhoneOutgoing size={16} />} onClick={placing.open}>
            <Trans>Place a call</Trans>
          </Button>
        )
      }
    >
      <Tabs
        value={tab === "refused" ? "refused" : "calls"}
        onChange={(name) => setTab(name ?? "calls")}
        keepMounted={false}
      >
        <Tabs.List mb="md">
          <Tabs.Tab value="calls">
            <Trans>Taken</Trans>
          </Tabs.Tab>
          <Tabs.Tab value="refused">
            <Trans>Not taken</Trans>
          </Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="calls">
          <Taken onPlace={placing.open} />
        </Tabs.Panel>
        <Tabs.Panel value="refused">
          <Refused />
        </Tabs.Panel>
      </Tabs>
      {mayCall && <PlaceCall isOpen={isPlacing} onClose={placing.close} />}
    </Page>
  );
}

function Taken({ onPlace }: { onPlace: () => void }) {
  const navigate = callsRoute.useNavigate();
  const { filters, peeked, change, show, peek } = useFilters();
  const { list, calls } = useCalls(filters);
  const names = useAgentNames();
  const field = useRef<HTMLInputElement>(null);
  const [isFiltering, filtering] = useDisclosure(false);
  const [isHelping, help] = useDisclosure(false);
  const isWide = useMediaQuery("(min-width: 1100px)", true, { getInitialValueInEffect: false });
  const isPhone = useMediaQuery("(max-width: 640px)", false, { getInitialValueInEffect: false });
  const [last, setLast] = useState<string | null>(null);
  const step = useMemo(() => {
    const go = (id: string | undefined) => {
      if (!id) return;
      setLast(id);
      peek(id);
      window.requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-call="${id}"]`)?.focus());
    };
    return {
      next: () => {
        const { next } = neighbours(calls, peeked ?? last);
        if (!next && list.hasNextPage) void list.fetchNextPage();
        go(next);
      },
      before: () => go(neighbours(calls, peeked ?? last).before),
    };
  }, [calls, list, peeked, last, peek]);
  const open = (id: string | null) => id && void navigate({ to: "/calls/$callId", params: { callId: id }, search: {} });
  const keys = useMemo(
    () => ({
      ...step,
      open: () => {
        const focused = document.activeElement?.getAttribute("data-call") ?? null;
        const id = focused ?? peeked;
        if (id) void navigate({ to: "/calls/$callId", params: { callId: id }, search: {} });
      },
      close: () => peeked && peek(null),
      search: () => field.current?.focus(),
      place: onPlace,
      filter: filtering.toggle,
      help: help.open,
    }),
    [step, peeked, peek, navigate, onPlace, filtering.toggle, help.open],
  );
  useListKeys(keys);
  const pane = peeked && {
    callId: peeked,
    onClose: () => peek(null),
    onNext: step.next,
    onBefore: step.before,
    onOpen: () => open(peeked),
  };
  return (
    <div className={classes.columns} data-peeking={(pane && isWide) || undefined}>
      <div className={classes.main}>
        <Bar
          field={field}
          filters={filters}
          change={change}
          show={show}
          isFiltering={isFiltering}
          onFilter={filtering.toggle}
          onHelp={help.open}
        />
        {isFiltering && <FilterPanel filters={filters} change={change} />}
        <Pills filters={filters} names={names} change={change} show={show} />
        <Said list={list} calls={calls} filters={filters} />
        <CallList
          list={list}
          calls={calls}
          names={names}
          filters={filters}
          peeked={peeked}
          onPeek={isPhone ? null : peek}
          onAll={() => show({})}
        />
      </div>
      {pane && isWide && <PeekPane {...pane} />}
      {pane && !isWide && <PeekDrawer {...pane} />}
      <Keys isOpen={isHelping} onClose={help.close} />
    </div>
  );
}
