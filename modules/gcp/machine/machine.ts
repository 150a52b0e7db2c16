import { Fn } from 'cdktf';
import { InvalidPropError } from '../../props/invalid-prop';
import { isKnown } from '../../props/known';
import type { Architecture } from '../../machine/artifact';
import type { MachineSize } from '../../machine/capacity';

/**
 * Machine types of the portable sizes. arm64: C4A (Google Axion); T2A is being retired. C4A has no type of 2 vCPU and
 * 2 GiB, so `small` has 4 GiB there (Compute Engine, "General-purpose machine family").
 */
const MACHINE_TYPES: Readonly<Record<Architecture, Readonly<Record<MachineSize, string>>>> = {
  x64: { small: 'e2-small', medium: 'e2-standard-2', large: 'e2-standard-4', xlarge: 'e2-standard-8' },
  arm64: { small: 'c4a-highcpu-2', medium: 'c4a-standard-2', large: 'c4a-standard-4', xlarge: 'c4a-standard-8' },
};

/** Newest image of Debian 12, resolved when an instance is made. Both support Secure Boot. */
const DEBIAN_12: Readonly<Record<Architecture, string>> = {
  x64: 'projects/debian-cloud/global/images/family/debian-12',
  arm64: 'projects/debian-cloud/global/images/family/debian-12-arm64',
};

/** Machine families that boot from Hyperdisk only ("Choose a disk type": no Persistent Disk for these). */
const HYPERDISK_ONLY = /^(?:c4|c4a|c4d|n4|n4a|n4d|h4d|m4|x4)-/;

/** Families with Arm processors. */
const ARM = /^(?:t2a|c4a|n4a)-/;

const IMAGE = /^(?:https:\/\/www\.googleapis\.com\/compute\/v1\/)?projects\/[^/]+\/global\/images\/(?:family\/)?[^/]+$/;

/** What an instance is made of. */
export interface GcpMachine {
  readonly machineType: string;
  readonly diskType: 'pd-balanced' | 'hyperdisk-balanced';
  /** Self link of an image or image family. */
  readonly image: string;
}

/** Machine type, disk and image of instances. */
export function gcpMachine(props: {
  readonly architecture: Architecture;
  readonly machineSize: MachineSize;
  /** In place of the one of that size. */
  readonly machineType?: string;
  /** Absent or null (a Terraform value may be): the newest Debian 12. */
  readonly baseImage?: string;
}): GcpMachine {
  const { architecture, baseImage } = props;
  const machineType = props.machineType ?? MACHINE_TYPES[architecture][props.machineSize];
  const newest = DEBIAN_12[architecture];
  return {
    machineType,
    diskType: HYPERDISK_ONLY.test(machineType) ? 'hyperdisk-balanced' : 'pd-balanced',
    image: isKnown(baseImage) ? baseImage : baseImage === undefined ? newest : Fn.coalesce([baseImage, newest]),
  };
}

/** @throws InvalidPropError unless it is absent, a Terraform value or names an image as Compute Engine does */
export function checkBaseImage(baseImage: string | undefined): void {
  if (isKnown(baseImage) && !IMAGE.test(baseImage)) {
    throw new InvalidPropError(
      'baseImage',
      baseImage,
      'must be the self link of an image or image family: projects/<project>/global/images/<name>',
    );
  }
}

/** Architecture of a machine type. */
export function architectureOf(machineType: string): Architecture {
  return ARM.test(machineType) ? 'arm64' : 'x64';
}
