import { numberOf } from '../../../tools/diagram/terraform-number';

describe('the number of a Terraform value', () => {
  const variables = { most: 10, base: 3, none: null };

  it.each([
    [7, 7],
    ['7', 7],
    ['${var.most}', 10],
    ['${max(0, (var.most - var.base))}', 7],
    ['${max(1, (var.base - var.most))}', 1],
    ['${min(var.most, var.base, 2)}', 2],
    ['${(var.most + var.base) - 1}', 12],
  ])('%s is %s', (value, number) => {
    expect(numberOf(value, variables)).toBe(number);
  });

  it.each(['${var.unknown}', '${aws_lb.one.port}', '${var.most * 4}', '${max(1, 2', '', undefined, null, ['1']])(
    '%s is none that is known here',
    (value) => {
      expect(numberOf(value, variables)).toBeUndefined();
    },
  );
});
