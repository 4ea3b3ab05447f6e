import type { App } from "aws-cdk-lib";
import type { Manifest } from "./manifest";
import { Names } from "./names";
import { SharedStack } from "./shared/stack";
import type { Settings } from "./stage";

export interface ShopProps {
  readonly manifest: Manifest;
  readonly stage: Settings;
}

/** One stage of the shop: all its stacks and their order. */
export class Shop {
  readonly shared: SharedStack;

  constructor(app: App, props: ShopProps) {
    const names = new Names(props.stage);
    this.shared = new SharedStack(app, names.stack("shared"), { ...props, names });
  }
}
