import type { ReactNode } from "react";
import { useEditing } from "../draft/context";
import { BlockMembers } from "../form/Blocks";
import { Field, LongField } from "../form/Field";
import { resolved, type SchemaNode } from "../form/schema";
import classes from "./Editor.module.css";

/** The schema of a field of the document. */
export function useTop(name: string): SchemaNode {
  const { schema } = useEditing();
  return resolved(schema, schema.properties?.[name] ?? {});
}

/** A field of the document with the control that fits it. */
export function Top({ name }: { name: string }) {
  return <Field path={[name]} place={name} node={useTop(name)} />;
}

/** A text of some length. */
export function TopLong({ name, minRows }: { name: string; minRows: number }) {
  return <LongField path={[name]} place={name} node={useTop(name)} minRows={minRows} />;
}

interface Members {
  name: string;
  only?: readonly string[];
  without?: readonly string[];
  isAdvancedShown?: boolean;
  defaults?: Record<string, unknown>;
}

/** Fields of a block of the document. */
export function TopMembers({ name, ...rest }: Members) {
  return <BlockMembers path={[name]} place={name} node={useTop(name)} {...rest} />;
}

/** One thing that belongs together inside a section. */
export function Group({ title, help, children }: { title?: ReactNode; help?: ReactNode; children: ReactNode }) {
  return (
    <section className={classes.group}>
      {title && <h3>{title}</h3>}
      {help && <p className={classes.groupHelp}>{help}</p>}
      {children}
    </section>
  );
}
