import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import { Fn, Op, TerraformLocal, Token } from 'cdktf';
import type { Construct } from 'constructs';
import { isKnown } from '../../props/known';
import { BOOT_SCRIPT_MAX_BYTES } from '../../machine/boot-script';

/** Root device of Debian's images. */
const ROOT_DEVICE = '/dev/xvda';
const BASE64_CHARACTERS = Math.ceil(BOOT_SCRIPT_MAX_BYTES / 3) * 4;

/** Group metrics that scaling, dashboards and alarms read; free of charge. */
export const GROUP_METRICS: string[] = [
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupMaxSize',
  'GroupMinSize',
  'GroupPendingInstances',
  'GroupTerminatingInstances',
  'GroupTotalInstances',
];

const DAY_SECONDS = 24 * 60 * 60;

/** A group's maximum instance lifetime; 0: none. A day is the least that EC2 Auto Scaling takes (API reference, CreateAutoScalingGroup). */
export function lifetimeSeconds(days: number): number {
  return isKnown(days) ? days * DAY_SECONDS : Token.asNumber(Op.mul(days, DAY_SECONDS));
}

/** One kind of machine. */
export interface MachineProps {
  readonly name: string;
  readonly imageId: string;
  readonly instanceType: string;
  /** EC2 key pair of operators. @default none */
  readonly keyName?: string;
  readonly profileArn: string;
  readonly securityGroupId: string;
  readonly diskGib: number;
  readonly keyArn: string;
  /** Of what Auto Scaling makes: no default tags of the provider reach it. */
  readonly tags: Readonly<Record<string, string>>;
  /** Boot script, before base64. */
  readonly userData: string;
}

/** Template of a machine without a public address: IMDSv2 with one hop, an encrypted disk, nothing but the boot script on it. */
export function addLaunchTemplate(scope: Construct, props: MachineProps): LaunchTemplate {
  // A local value, because the script holds quotes and Terraform values, which a function's argument cannot hold together.
  const userData = Fn.base64encode(new TerraformLocal(scope, 'boot-script', props.userData).asString);
  return new LaunchTemplate(scope, 'launch-template', {
    name: props.name,
    description: `Instances of ${props.name}`,
    updateDefaultVersion: true,
    imageId: props.imageId,
    instanceType: props.instanceType,
    keyName: props.keyName,
    ebsOptimized: 'true',
    iamInstanceProfile: { arn: props.profileArn },
    metadataOptions: {
      httpEndpoint: 'enabled',
      httpTokens: 'required',
      httpPutResponseHopLimit: 1,
      httpProtocolIpv6: 'disabled',
      instanceMetadataTags: 'disabled',
    },
    monitoring: { enabled: true },
    networkInterfaces: [
      {
        deviceIndex: 0,
        associatePublicIpAddress: 'false',
        deleteOnTermination: 'true',
        securityGroups: [props.securityGroupId],
      },
    ],
    blockDeviceMappings: [
      {
        deviceName: ROOT_DEVICE,
        ebs: {
          volumeType: 'gp3',
          volumeSize: props.diskGib,
          encrypted: 'true',
          kmsKeyId: props.keyArn,
          deleteOnTermination: 'true',
        },
      },
    ],
    tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({
      resourceType,
      tags: props.tags,
    })),
    userData,
    lifecycle: {
      precondition: [
        {
          condition: Op.lte(Fn.lengthOf(userData), BASE64_CHARACTERS),
          errorMessage: `The boot script is longer than EC2 takes (${BOOT_SCRIPT_MAX_BYTES} bytes): shorten environment or args.`,
        },
      ],
    },
  });
}
