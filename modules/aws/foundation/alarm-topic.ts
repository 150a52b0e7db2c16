import { SnsTopic } from '@cdktf/provider-aws/lib/sns-topic';
import { SnsTopicPolicy } from '@cdktf/provider-aws/lib/sns-topic-policy';
import { SnsTopicSubscription } from '@cdktf/provider-aws/lib/sns-topic-subscription';
import { Token, TerraformIterator } from 'cdktf';
import type { AwsPart } from './part';
import { policyDocument } from './policy-document';

/** Topic that carries the alarms of one service, encrypted, and who is told by mail (SNS asks each to confirm). */
export function addAlarmTopic(
  { scope, platform, name }: Pick<AwsPart, 'scope' | 'platform' | 'name'>,
  emails: readonly string[],
): SnsTopic {
  const topic = new SnsTopic(scope, 'alarm-topic', { name: name('alarms'), kmsMasterKeyId: platform.keyArn });
  new SnsTopicPolicy(scope, 'alarm-topic-policy', {
    arn: topic.arn,
    policy: policyDocument({
      sid: 'AlarmsPublish',
      principal: { Service: 'cloudwatch.amazonaws.com' },
      actions: ['sns:Publish'],
      resources: [topic.arn],
      conditions: { StringEquals: { 'aws:SourceAccount': platform.accountId } },
    }),
  });
  const subscription = { topicArn: topic.arn, protocol: 'email' };
  if (Token.isUnresolved(emails)) {
    const each = TerraformIterator.fromList([...emails]);
    new SnsTopicSubscription(scope, 'alarm-mail', { ...subscription, forEach: each, endpoint: each.value as string });
  } else {
    emails.forEach((endpoint, index) => {
      new SnsTopicSubscription(scope, `alarm-mail-${index}`, { ...subscription, endpoint });
    });
  }
  return topic;
}
