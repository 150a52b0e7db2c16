import * as http from 'node:http';
import type { HealthCheck } from '../tls-service/tls-service';

/** Whether `GET path` on the port answers the expected status in time. */
export function isHealthy(port: number, check: Required<HealthCheck>): Promise<boolean> {
  return new Promise((resolve) => {
    const request = http.get(
      {
        host: '127.0.0.1',
        port,
        path: check.path,
        agent: false,
        timeout: check.timeoutSeconds * 1000,
        headers: { 'user-agent': 'sandpiper-health' },
      },
      (response) => {
        response.resume();
        resolve(response.statusCode === check.expectedStatus);
      },
    );
    request.on('timeout', () => request.destroy());
    request.on('error', () => resolve(false));
  });
}
