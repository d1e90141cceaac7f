import { useQuery } from "@tanstack/react-query";
import { listPhoneNumbersOptions } from "@/client/@tanstack/react-query.gen";
import { listPhoneNumbers } from "@/client/sdk.gen";
import type { PhoneNumber } from "@/client/types.gen";

const MOST_PAGES = 20;

async function everyNumber(): Promise<PhoneNumber[]> {
  const every: PhoneNumber[] = [];
  let after = "";
  for (let page = 0; page < MOST_PAGES; page++) {
    const { data } = await listPhoneNumbers({ query: { limit: 50, after } });
    every.push(...data.data);
    if (data.next === null || data.next === undefined) break;
    after = data.next;
  }
  return every;
}

/** The numbers that an agent answers; undefined while they are fetched, or where the person may not see them. */
export function useNumbers(agentId: string): PhoneNumber[] | undefined {
  const [tagged] = listPhoneNumbersOptions().queryKey;
  return useQuery({
    queryKey: [{ ...tagged, _id: "everyNumber" }],
    queryFn: everyNumber,
    select: (numbers) => numbers.filter((number) => number.agent_id === agentId),
  }).data;
}
