import type { Stack } from "aws-cdk-lib";
import type { Settings } from "./stage";

/**
 * The physical names of a stage, and the ARNs that follow from them. They are the same as those of
 * `template.yaml`. Stacks refer to one another's things by these names where they can, so that a
 * thing may be taken out of one stack without a lock held by another.
 */
export class Names {
  constructor(private readonly stage: Pick<Settings, "name">) {}

  /** The shop itself: its API. */
  get shop(): string {
    return `${this.stage.name}-ultramarket`;
  }

  /** A table, a queue, a topic, a secret, a stack. */
  thing(name: string): string {
    return `${this.shop}-${name}`;
  }

  deadLetters(functionName: string): string {
    return this.thing(`${functionName}-dead`);
  }

  /** Bucket names are shared by all of AWS, so the account's number makes it ours. */
  bucket(name: string, stack: Stack): string {
    return `${this.thing(name)}-${stack.account}`;
  }

  /** A function, its role, its schedule. */
  function(name: string): string {
    return `${this.stage.name}-${name}`;
  }

  logGroup(functionName: string): string {
    return `/aws/lambda/${this.function(functionName)}`;
  }

  /** A search domain; its name may have no more than 28 characters. */
  domain(name: string): string {
    return `${this.stage.name}-${name}`;
  }
}

/** `products-on-import-chunk` is `ProductsOnImportChunk`: the manifest's own rule. */
export function logicalId(name: string): string {
  return name.replace(/(?:^|-)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}
