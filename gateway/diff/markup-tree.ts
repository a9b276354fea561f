import { Parser } from "htmlparser2";
import type { Work } from "./work.ts";

/** An element, or what else stands between elements: `#text`, `!doctype`, or an XML processing instruction. */
export interface MarkupNode {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly MarkupNode[];
  /** What a text says, its entities resolved and white space collapsed; empty for an element. */
  readonly text: string;
  /** The source, for people. */
  readonly source: string;
}

/** What a node costs, as steps go: it is parsed, kept and numbered. */
const STEPS_A_NODE = 8;

/** HTML elements in which white space says something. */
const PREFORMATTED = new Set(["pre", "textarea", "script", "style"]);

/**
 * The structure of a document, or null for one that is cut off inside a tag, or for XML that is not well-formed. White space
 * around elements and comments are not structure. HTML is read as tolerantly as browsers read it.
 */
export function parseMarkup(source: string, language: "html" | "xml", work: Work): MarkupNode | null {
  const tree = new TreeBuilder(source, language === "html", work);
  const parser = new WatchfulParser(tree, { xmlMode: language === "xml" });
  parser.end(source);
  return tree.isWhole && (language === "html" || tree.isWellFormed) ? tree.root : null;
}

interface OpenNode extends MarkupNode {
  readonly attributes: Map<string, string>;
  readonly children: MarkupNode[];
  readonly from: number;
  source: string;
}

/** Builds the tree from what the parser says. Attributes go into a map: their names came over the wire. */
class TreeBuilder {
  readonly root: OpenNode;
  isWhole = true;
  isWellFormed = true;
  closed = 0;
  readonly #source: string;
  readonly #isHtml: boolean;
  readonly #work: Work;
  readonly #open: OpenNode[];
  #text = "";
  #preformatted = 0;
  #parser: Parser | null = null;

  constructor(source: string, isHtml: boolean, work: Work) {
    this.#source = source;
    this.#isHtml = isHtml;
    this.#work = work;
    this.root = { ...newNode("", 0), source };
    this.#open = [this.root];
  }

  onparserinit(parser: Parser): void {
    this.#parser = parser;
  }

  onopentagname(name: string): void {
    this.#endText();
    this.#work.enter(this.#open.length);
    this.#work.spend(STEPS_A_NODE);
    const node = newNode(name, this.#parser!.startIndex);
    this.#open.at(-1)!.children.push(node);
    this.#open.push(node);
    if (this.#isHtml && PREFORMATTED.has(name)) this.#preformatted += 1;
  }

  onattribute(name: string, value: string): void {
    this.#work.spend(1);
    const { attributes } = this.#open.at(-1)!;
    // Of two like attributes, HTML counts the first; XML must not have them.
    if (attributes.has(name)) this.isWellFormed = false;
    else attributes.set(name, value);
  }

  onclosetag(name: string): void {
    this.#endText();
    this.closed += 1;
    const node = this.#open.length > 1 ? this.#open.pop() : undefined;
    if (node === undefined) return;
    node.source = this.#source.slice(node.from, this.#parser!.endIndex + 1);
    if (this.#isHtml && PREFORMATTED.has(name)) this.#preformatted -= 1;
  }

  ontext(text: string): void {
    this.#text += text;
  }

  onprocessinginstruction(name: string, data: string): void {
    // An XML declaration tells of the encoding of the bytes, which are read by now.
    if (name.toLowerCase() === "?xml") return;
    this.#endText();
    const text = collapse(data);
    this.#open.at(-1)!.children.push({ ...newNode(name.toLowerCase(), 0), text, source: text });
  }

  onend(): void {
    this.#endText();
  }

  /** The document ends at `at`, before what is still open is closed for it. */
  endAt(at: number): void {
    this.isWhole = at === this.#source.length;
    if (this.#open.length > 1) this.isWellFormed = false;
  }

  #endText(): void {
    const text = this.#preformatted > 0 ? this.#text : collapse(this.#text);
    this.#text = "";
    if (text !== "") this.#open.at(-1)!.children.push({ ...newNode("#text", 0), text, source: text });
  }
}

/** Notices what the parser passes over and an XML reader would not: tags that end nothing or much, and what is cut off. */
class WatchfulParser extends Parser {
  readonly #tree: TreeBuilder;

  constructor(tree: TreeBuilder, options: { xmlMode: boolean }) {
    super(tree, options);
    this.#tree = tree;
  }

  override onclosetag(start: number, endIndex: number): void {
    const before = this.#tree.closed;
    super.onclosetag(start, endIndex);
    if (this.#tree.closed !== before + 1) this.#tree.isWellFormed = false;
  }

  override onend(): void {
    this.#tree.endAt(this.endIndex + 1);
    super.onend();
  }
}

/** Collapses what HTML and XML call white space. A no-break space is none: it is there to be kept. */
function collapse(text: string): string {
  const single = text.replace(/[ \t\n\f\r]+/g, " ");
  return single.slice(single.startsWith(" ") ? 1 : 0, single.endsWith(" ") ? -1 : undefined);
}

function newNode(name: string, from: number): OpenNode {
  return { name, attributes: new Map(), children: [], text: "", source: "", from };
}
