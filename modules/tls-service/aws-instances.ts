import { AutoscalingGroup } from '@cdktf/provider-aws/lib/autoscaling-group';
import { DataAwsAmi } from '@cdktf/provider-aws/lib/data-aws-ami';
import { LaunchTemplate } from '@cdktf/provider-aws/lib/launch-template';
import type { LbTargetGroup } from '@cdktf/provider-aws/lib/lb-target-group';
import { Fn, Op, TerraformLocal, Token, type ITerraformDependable } from 'cdktf';
import type { Construct } from 'constructs';
import type { AwsEnvironment } from '../aws/aws-environment';
import type { InstancePlacement } from '../aws/network';
import { isKnown } from '../known';
import type { InstanceIdentity } from './aws-instance-role';
import { instanceTypeOf } from './aws-options';
import type { Architecture } from './artifact';
import type { ResolvedTlsServiceProps } from './resolve';

/** Account of the Debian project's own images (wiki.debian.org, Cloud/AmazonEC2Image/Bookworm). */
const DEBIAN_ACCOUNT = '136693071363';
/** Root device of Debian's images. */
const ROOT_DEVICE = '/dev/xvda';
/** User data that EC2 takes, before base64 (Amazon EC2 User Guide, "Run commands when you launch an EC2 instance"). */
const USER_DATA_BYTES = 16 * 1024;
const BASE64_CHARACTERS = Math.ceil(USER_DATA_BYTES / 3) * 4;
/** Seconds until a new instance's CPU counts for the scaling: booting is no load. */
const WARMUP_SECONDS = 60;

const IMAGE_ARCHITECTURES: Readonly<Record<Architecture, { readonly name: string; readonly ec2: string }>> = {
  x64: { name: 'amd64', ec2: 'x86_64' },
  arm64: { name: 'arm64', ec2: 'arm64' },
};

/** Group metrics that the scaling and its dashboards read; free of charge. */
const GROUP_METRICS = [
  'GroupDesiredCapacity',
  'GroupInServiceInstances',
  'GroupMaxSize',
  'GroupMinSize',
  'GroupPendingInstances',
  'GroupTerminatingInstances',
  'GroupTotalInstances',
];

/** The instances: what each is made from, and the group that keeps their number. */
export interface Instances {
  readonly launchTemplate: LaunchTemplate;
  readonly group: AutoscalingGroup;
}

/** Template of an instance and the group of instances made from it. */
export function addInstances(
  scope: Construct,
  options: {
    /** `<application>-<environment>-<id>`. */
    readonly name: string;
    readonly id: string;
    readonly platform: AwsEnvironment;
    readonly props: ResolvedTlsServiceProps;
    readonly placement: InstancePlacement;
    readonly securityGroupId: string;
    readonly identity: InstanceIdentity;
    readonly targetGroup: LbTargetGroup;
    /** Boot script, before base64. */
    readonly userData: string;
    /** What an instance needs at its first boot. */
    readonly ready: ITerraformDependable[];
  },
): Instances {
  const launchTemplate = addLaunchTemplate(scope, options);
  const { name, props, placement, targetGroup } = options;
  const { minInstances, maxInstances } = props.capacity;
  const group = new AutoscalingGroup(scope, 'group', {
    name,
    minSize: minInstances,
    maxSize: maxInstances,
    vpcZoneIdentifier: placement.subnetIds,
    targetGroupArns: [targetGroup.arn],
    healthCheckType: 'ELB',
    healthCheckGracePeriod: props.healthCheck.gracePeriodSeconds,
    defaultInstanceWarmup: WARMUP_SECONDS,
    // A number: a group whose instances come from `$Latest` cannot be rolled back.
    launchTemplate: { id: launchTemplate.id, version: Token.asString(launchTemplate.latestVersion) },
    instanceRefresh: {
      strategy: 'Rolling',
      preferences: { autoRollback: true, minHealthyPercentage: 100, maxHealthyPercentage: 200 },
    },
    instanceMaintenancePolicy: { minHealthyPercentage: 100, maxHealthyPercentage: 200 },
    // The first apply fails when the instances never turn healthy. Later ones do not wait: `wait_for_elb_capacity` would,
    // for exactly this number, which a group that has scaled out never has; there the instance refresh rolls back instead.
    minElbCapacity: minInstances,
    waitForCapacityTimeout: '15m',
    enabledMetrics: GROUP_METRICS,
    metricsGranularity: '1Minute',
    tag: Object.entries(instanceTags(options)).map(([key, value]) => ({ key, value, propagateAtLaunch: false })),
    dependsOn: options.ready,
    lifecycle: { ignoreChanges: ['desired_capacity'], preventDestroy: props.deletionProtection },
  });
  return { launchTemplate, group };
}

function addLaunchTemplate(scope: Construct, options: Parameters<typeof addInstances>[1]): LaunchTemplate {
  const { name, platform, props, identity, securityGroupId } = options;
  // A local value, because the script holds quotes and Terraform values, which a function's argument cannot hold together.
  const userData = Fn.base64encode(new TerraformLocal(scope, 'boot-script', options.userData).asString);
  const tags = instanceTags(options);
  return new LaunchTemplate(scope, 'launch-template', {
    name,
    description: `Instances of ${name}`,
    updateDefaultVersion: true,
    imageId: imageOf(scope, props),
    instanceType: instanceTypeOf(props),
    keyName: props.operatorAccess === 'cloud-tunnel' ? props.aws?.operatorKeyPair : undefined,
    ebsOptimized: 'true',
    iamInstanceProfile: { arn: identity.profile.arn },
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
        securityGroups: [securityGroupId],
      },
    ],
    blockDeviceMappings: [
      {
        deviceName: ROOT_DEVICE,
        ebs: {
          volumeType: 'gp3',
          volumeSize: props.capacity.diskGib,
          encrypted: 'true',
          kmsKeyId: platform.keyArn,
          deleteOnTermination: 'true',
        },
      },
    ],
    tagSpecifications: ['instance', 'volume', 'network-interface'].map((resourceType) => ({ resourceType, tags })),
    userData,
    lifecycle: {
      precondition: [
        {
          condition: Op.lte(Fn.lengthOf(userData), BASE64_CHARACTERS),
          errorMessage: `The boot script is longer than EC2 takes (${USER_DATA_BYTES} bytes): shorten environment or args.`,
        },
      ],
    },
  });
}

/** Tags of what Auto Scaling makes: no default tags of the provider reach it. */
function instanceTags(options: { name: string; id: string; platform: AwsEnvironment; props: ResolvedTlsServiceProps }) {
  return { ...options.platform.tags, service: options.id, ...options.props.tags, Name: options.name };
}

/** The image that was given, else Debian 12's newest. A Terraform value may be null, which means the newest. */
function imageOf(scope: Construct, { baseImage, architecture }: ResolvedTlsServiceProps): string {
  if (isKnown(baseImage)) return baseImage;
  const { name, ec2 } = IMAGE_ARCHITECTURES[architecture];
  const newest = new DataAwsAmi(scope, 'debian', {
    owners: [DEBIAN_ACCOUNT],
    mostRecent: true,
    filter: [
      { name: 'name', values: [`debian-12-${name}-*`] },
      { name: 'architecture', values: [ec2] },
      { name: 'virtualization-type', values: ['hvm'] },
      { name: 'root-device-type', values: ['ebs'] },
    ],
  });
  return baseImage === undefined ? newest.imageId : Fn.coalesce([baseImage, newest.imageId]);
}
