/** What the cloud answers as the authority of a Memorystore instance, in PEM. A test that reaches such an instance puts a real one there. */
export const serverAuthority = { certificatePem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----' };
