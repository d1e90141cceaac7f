/** A part of the agent's JSON schema, as `GET /v1/agents/schema` tells it. */
export interface SchemaNode {
  type?: string;
  title?: string;
  description?: string;
  default?: unknown;
  const?: unknown;
  enum?: string[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
  pattern?: string;
  required?: string[];
  properties?: Record<string, SchemaNode>;
  patternProperties?: Record<string, SchemaNode>;
  additionalProperties?: boolean | SchemaNode;
  items?: SchemaNode;
  anyOf?: SchemaNode[];
  oneOf?: SchemaNode[];
  discriminator?: { propertyName: string; mapping: Record<string, string> };
  $ref?: string;
  $defs?: Record<string, SchemaNode>;
  "x-ui"?: Hint;
  /** Added here: null is allowed, and means "not set". */
  nullable?: boolean;
}

export interface Hint {
  label: string;
  order: number;
  help: string;
  section?: string;
  unit?: string;
  control: string;
  advanced?: boolean;
  presets?: Record<string, Record<string, unknown>>;
}

/** Which control a node is shown with. */
export type Kind =
  | "text"
  | "long"
  | "number"
  | "slider"
  | "switch"
  | "choice"
  | "list"
  | "map"
  | "blocks"
  | "blockMap"
  | "object"
  | "union"
  | "json";

const NARROW = 100;

/** The node that is meant: references followed, what may be null unwrapped. */
export function resolved(root: SchemaNode, node: SchemaNode): SchemaNode {
  const { $ref, anyOf, ...own } = node;
  if ($ref !== undefined) {
    const target = root.$defs?.[$ref.split("/").at(-1) ?? ""] ?? {};
    return resolved(root, { ...target, ...own });
  }
  if (anyOf !== undefined) {
    const values = anyOf.filter((one) => one.type !== "null");
    const [only] = values;
    if (values.length === 1 && only !== undefined) return { ...resolved(root, only), ...own, nullable: true };
  }
  return node;
}

/** The schema of a block's member. */
export function member(root: SchemaNode, block: SchemaNode, name: string): SchemaNode {
  return resolved(root, block.properties?.[name] ?? {});
}

export function kindOf(root: SchemaNode, node: SchemaNode): Kind {
  if (node.enum !== undefined) return "choice";
  if (node.oneOf !== undefined) return "union";
  if (node.type === "boolean") return "switch";
  if (node.type === "number" || node.type === "integer") return isNarrow(node) ? "slider" : "number";
  if (node.type === "array") return kindOf(root, resolved(root, node.items ?? {})) === "text" ? "list" : "blocks";
  if (node.type === "object") return kindOfObject(root, node);
  return node["x-ui"]?.control === "long text" || (node.maxLength ?? 0) > 500 ? "long" : "text";
}

function isNarrow({ minimum, maximum }: SchemaNode): boolean {
  return minimum !== undefined && maximum !== undefined && maximum - minimum <= NARROW;
}

function kindOfObject(root: SchemaNode, node: SchemaNode): Kind {
  if (node.properties !== undefined) return "object";
  const value = entryOf(node);
  if (value === undefined) return "json";
  const kind = kindOf(root, resolved(root, value));
  return kind === "text" ? "map" : kind === "object" ? "blockMap" : "json";
}

/** What stands behind each name of a map. */
export function entryOf(node: SchemaNode): SchemaNode | undefined {
  const [byPattern] = Object.values(node.patternProperties ?? {});
  if (byPattern !== undefined) return byPattern;
  return typeof node.additionalProperties === "object" ? node.additionalProperties : undefined;
}

/** The block that a value of a union is, told by its discriminator. */
export function chosenBlock(root: SchemaNode, union: SchemaNode, value: unknown): SchemaNode | undefined {
  const { propertyName = "type", mapping = {} } = union.discriminator ?? {};
  const tag = (value as Record<string, unknown> | undefined)?.[propertyName];
  const $ref = mapping[String(tag)];
  if ($ref !== undefined) return resolved(root, { $ref });
  // Where the tag is left out, the block is known by its name.
  const named = (value as Record<string, unknown> | undefined)?.name;
  const byName = mapping[String(named)];
  return byName === undefined ? undefined : resolved(root, { $ref: byName });
}

/** The step of a slider: fine where the range is small. */
export function stepOf({ type, minimum = 0, maximum = 1 }: SchemaNode): number {
  if (type === "integer") return 1;
  const range = maximum - minimum;
  return range <= 2 ? 0.01 : range <= 10 ? 0.05 : range <= 60 ? 0.5 : 1;
}

/** The members of a block that a form shows, the plain ones first. */
export function membersOf(root: SchemaNode, block: SchemaNode): { plain: string[]; advanced: string[] } {
  const plain: string[] = [];
  const advanced: string[] = [];
  for (const name of Object.keys(block.properties ?? {})) {
    const node = member(root, block, name);
    if (node.const !== undefined) continue;
    (node["x-ui"]?.advanced ? advanced : plain).push(name);
  }
  return { plain, advanced };
}
