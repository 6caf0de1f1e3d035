/** Files over https on loopback, under a certificate that this process is told to believe. */
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';

/** Of tests alone, for `localhost` and 127.0.0.1; whoever has this key can pose as the loopback of who believes it. */
const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6DHH72uvbHOJjRSB
B7ihetaNqJLIqtjmmJx4FcoVuy+hRANCAARa9ifDD9qc639rlLhr03RVnwHIbbKe
aALBAKYo97jyJrG4yd2L9uE5KiJAgR33WI+jo/4/99+IOAmfykE3st3C
-----END PRIVATE KEY-----
`;
const CERTIFICATE = `-----BEGIN CERTIFICATE-----
MIIBZzCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAUMRIwEAYDVQQDDAlsb2NhbGhv
c3QwIBcNMjAwMTAxMDAwMDAwWhgPMjEyMDAxMDEwMDAwMDBaMBQxEjAQBgNVBAMM
CWxvY2FsaG9zdDBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABFr2J8MP2pzrf2uU
uGvTdFWfAchtsp5oAsEApij3uPImsbjJ3Yv24TkqIkCBHfdYj6Oj/j/334g4CZ/K
QTey3cKjTjBMMBoGA1UdEQQTMBGCCWxvY2FsaG9zdIcEfwAAATAPBgNVHRMBAf8E
BTADAQH/MB0GA1UdDgQWBBTNt6eQY0B01qwJanBgwR/XVrST/TAKBggqhkjOPQQD
AgNIADBFAiEAx5bTC1c8QLZQ4kPZlJcamdKatIHX+lJYgTmsyRhQepACIBN99QUs
kv+JvIFzmfZTo2ulo+LuRA1bP6A9M5HXcLMd
-----END CERTIFICATE-----
`;

export type Served =
  | { body: Buffer; length?: number }
  | { status: number; location?: string }
  | { endless: true };

export interface HttpsFiles {
  url: string;
  /** What is answered by path. */
  files: Map<string, Served>;
  close(): Promise<void>;
}

export async function startHttpsFiles(): Promise<HttpsFiles> {
  const before = getCACertificates();
  setDefaultCACertificates([...before, CERTIFICATE]);
  const files = new Map<string, Served>();
  const server = createServer({ key: KEY, cert: CERTIFICATE }, (request, response) => {
    const served = files.get(request.url ?? '/') ?? { status: 404 };
    if ('status' in served) {
      const { location, status } = served;
      return void response.writeHead(status, location === undefined ? {} : { location }).end();
    }
    if ('endless' in served) return void response.write('and on');
    const { body, length } = served;
    response.writeHead(200, length === undefined ? {} : { 'content-length': length });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    files,
    close: () =>
      new Promise((resolve) => {
        setDefaultCACertificates(before);
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
