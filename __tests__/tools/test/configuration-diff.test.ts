import { configurationDiff } from '../../../tools/test/configuration-diff';

const configuration = {
  resource: { aws_lb: { front: { name: 'front', subnets: ['a', 'b'], tags: { environment: 'dev' } } } },
};

describe('the difference of two configurations', () => {
  it('is nothing where only the order of keys differs', () => {
    const { front } = configuration.resource.aws_lb;
    const reordered = Object.fromEntries(Object.entries(front).reverse());
    expect(configurationDiff(configuration, { resource: { aws_lb: { front: reordered } } })).toEqual([]);
  });

  it('names what was added and what was removed', () => {
    expect(configurationDiff(configuration, { resource: { aws_lb: { other: {} } } })).toEqual([
      'resource aws_lb front: removed',
      'resource aws_lb other: added',
    ]);
  });

  it('shows a value before and after, and counts the order of lists', () => {
    const { front } = configuration.resource.aws_lb;
    const after = { resource: { aws_lb: { front: { ...front, name: 'back', subnets: ['b', 'a'] } } } };
    expect(configurationDiff(configuration, after)).toEqual([
      'resource aws_lb front name: "front" is now "back"',
      'resource aws_lb front subnets: ["a","b"] is now ["b","a"]',
    ]);
  });

  it('shows the part of a long text that differs', () => {
    const text = (word: string) => `${'x'.repeat(5000)}${word}${'y'.repeat(5000)}`;
    const [line] = configurationDiff({ script: text('before') }, { script: text('after') });
    expect(line).toContain('before');
    expect(line).toContain('after');
    expect(line!.length).toBeLessThan(300);
  });
});
