import { useLingui } from "@lingui/react/macro";

/** Which kind of tool a block is: its type, or the name that says it. */
export function toolTag(tool: Record<string, unknown>): string {
  return String(tool.type ?? tool.name ?? "");
}

/** Kinds of tools, in words. */
export function useToolWords(): (tag: string) => { name: string; does: string } {
  const { t } = useLingui();
  const words: Record<string, { name: string; does: string }> = {
    end_call: { name: t`Hang up`, does: t`Ends the call when all is said.` },
    transfer_call: {
      name: t`Connect to a person`,
      does: t`Rings somebody, and takes the caller back if nobody answers.`,
    },
    handoff: { name: t`Hand over to another agent`, does: t`Another of your agents goes on with the same call.` },
    collect_digits: { name: t`Take keys`, does: t`The caller types a number or a PIN.` },
    send_digits: { name: t`Press keys`, does: t`Gets through other companies' menus.` },
    ask_in_confidence: { name: t`Ask in confidence`, does: t`An answer that nobody keeps: only a tool gets it.` },
    take_message: { name: t`Take a message`, does: t`Asks for name, number and message, and writes them down.` },
    book_table: { name: t`Book a table`, does: t`Writes a reservation down.` },
    http: { name: t`Use a web service`, does: t`Looks something up, or does something, at an address of yours.` },
    mcp: { name: t`Use a tool server (MCP)`, does: t`All that a server of the Model Context Protocol offers.` },
  };
  return (tag) => words[tag] ?? { name: tag, does: "" };
}
