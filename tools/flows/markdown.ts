import type { Flow, FlowReport, Party } from './flow';
import { joined, runnersOf } from './report';

const CLOUDS = { aws: 'AWS', gcp: 'GCP' } as const;
/** Who is told of first: those that matter most. */
const ORDER: readonly Party['kind'][] = ['runner', 'service', 'front', 'outside', 'cloud'];
/** What differs from one build to the next. */
const SHA256 = /\b[0-9a-f]{64}\b/g;

/** A report as Markdown, headings of the second level and below. What lets a flow through is told by numbers, which a list explains. */
export function toMarkdown(report: FlowReport): string {
  const flows = joined(report.flows);
  const numbers = new Map<string, number>();
  const numbered = (addresses: readonly string[]): string =>
    addresses
      .map((address) => {
        const number = numbers.get(address) ?? numbers.size + 1;
        numbers.set(address, number);
        return String(number);
      })
      .join(', ');
  const senders = [...new Map(flows.map(({ from }) => [from.name, from])).values()].sort(
    (a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || a.name.localeCompare(b.name),
  );
  return [
    `## ${CLOUDS[report.cloud]}`,
    runners(report),
    ...senders.flatMap((sender) => [
      `### From ${titleOf(sender)}`,
      flowTable(
        flows.filter(({ from }) => from.name === sender.name),
        numbered,
      ),
    ]),
    '### Everything else',
    table(
      ['who', 'is closed by', 'see'],
      report.closures.map(({ who, what, by }) => [who.name, what, numbered(by)]),
    ),
    '### Rights',
    table(
      ['who', 'may', 'on', 'if', 'see'],
      report.permissions.map(({ who, what, on, condition, by }) => [
        who.name,
        codes(what),
        codes(on),
        condition === undefined ? '' : codes([condition]),
        numbered([by]),
      ]),
    ),
    '### What remains',
    report.remains.map((one) => `- ${one}`).join('\n'),
    '### What the numbers mean',
    [...numbers].map(([address, number]) => `${number}. \`${address}\``).join('\n'),
  ].join('\n\n');
}

function runners(report: FlowReport): string {
  const { openings } = report;
  const names = runnersOf(report).map((name) => `\`${name}\``);
  if (names.length === 0) return 'The plan has no runners.';
  const verdict =
    openings.length === 0
      ? 'reach what is named here, and nothing else.'
      : `have ways out:\n\n${openings.map(({ address, problem }) => `- \`${address}\` ${problem}`).join('\n')}`;
  return `Runners (${[...new Set(names)].join(', ')}) ${verdict}`;
}

function titleOf({ name, kind }: Party): string {
  if (kind === 'runner') return `runners: ${name}`;
  return kind === 'service' ? `the service ${name}` : name;
}

function flowTable(flows: readonly Flow[], numbered: (addresses: readonly string[]) => string): string {
  return table(
    ['to', 'port', 'why', 'limited by', 'see'],
    flows.map(({ to, ports, why, limit, by }) => [
      to.name,
      ports,
      why,
      limit ?? '',
      by.length === 0 ? 'always open' : numbered(by),
    ]),
  );
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(heading), line(heading.map(() => '---')), ...rows.map(line)].join('\n');
}

function cell(text: string): string {
  return text.replace(SHA256, '<sha256>').replace(/\|/g, '\\|').replace(/\n/g, ' ');
}

function codes(texts: readonly string[]): string {
  return texts.map((text) => `\`${text}\``).join('<br>');
}
