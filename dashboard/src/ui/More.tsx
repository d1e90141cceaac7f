import { Trans } from "@lingui/react/macro";
import { Button } from "@mantine/core";

interface List {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** The next part of a long list. */
export function More({ list }: { list: List }) {
  if (!list.hasNextPage) return null;
  return (
    <Button variant="default" mt="sm" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
      <Trans>Show more</Trans>
    </Button>
  );
}
