import { GoogleAuth } from 'google-auth-library';
import type { CredentialSource } from './connection';

/** Memorystore takes access tokens of this scope ("About IAM authentication", Memorystore for Valkey). */
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';
/** Unless the token says otherwise: Google's access tokens last an hour. */
const TOKEN_MS = 60 * 60_000;

/** Passwords for Memorystore: access tokens of the machine's service account, for the user that every instance has. */
export function googleIamCredentials(auth: GoogleAuth = new GoogleAuth({ scopes: SCOPE })): CredentialSource {
  return async () => {
    const client = await auth.getClient();
    const { token } = await client.getAccessToken();
    if (!token) throw new Error('Google gave no access token');
    return {
      username: 'default',
      password: token,
      expiresAtMs: client.credentials.expiry_date ?? Date.now() + TOKEN_MS,
    };
  };
}
