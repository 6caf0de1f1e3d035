import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementIn, serviceIn, soapFault, ssdpLocation } from '#shared/features/p2p/igd.ts';
import {
  isUnsupportedVersion,
  pcpMapRequest,
  pmpAddressRequest,
  pmpMapRequest,
  readPcpMap,
  readPmpAddress,
  readPmpMap,
} from '#shared/features/p2p/port-mapping.ts';
import { gatewayIn } from '#main/features/p2p/nat/mapping/gateway.ts';

const bytesOf = (hex: string) => new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'));
const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const nonce = bytesOf('0102030405060708090a0b0c');
const asked = { nonce, internalPort: 7422 };
const granted = `02810000 00000e10 00000064 ${'00'.repeat(12)} ${hexOf(nonce)} 06000000 1cfe 1cff ${'00'.repeat(10)} ffff cb007107`;

describe('NAT-PMP', () => {
  it('writes what RFC 6886 draws', () => {
    expect(hexOf(pmpAddressRequest())).toBe('0000');
    expect(hexOf(pmpMapRequest({ internalPort: 7422, externalPort: 7423, lifetimeS: 3600 }))).toBe(
      '000200001cfe1cff00000e10',
    );
  });

  it('names no port outside where it ends a mapping', () => {
    expect(hexOf(pmpMapRequest({ internalPort: 7422, externalPort: 7423, lifetimeS: 0 }))).toBe(
      '000200001cfe000000000000',
    );
  });

  it('reads addresses, grants and refusals', () => {
    expect(readPmpAddress(bytesOf('0080 0000 00000064 cb007107'))).toEqual({
      ok: true,
      value: { address: '203.0.113.7', epochS: 100 },
    });
    expect(readPmpMap(bytesOf('0082 0000 00000064 1cfe 1cff 00000e10'))).toEqual({
      ok: true,
      value: { epochS: 100, internalPort: 7422, externalPort: 7423, lifetimeS: 3600 },
    });
    expect(readPmpMap(bytesOf('0082 0002 00000064'))).toEqual({ ok: false, code: 2 });
    expect(isUnsupportedVersion(bytesOf('0080 0001 00000064'))).toBe(true);
  });
});

describe('PCP', () => {
  it('writes what RFC 6887 draws', () => {
    const request = { ...asked, externalPort: 7422, lifetimeS: 3600, client: '192.168.1.2' };
    expect(hexOf(pcpMapRequest(request))).toBe(
      `0201000000000e10${'00'.repeat(10)}ffffc0a80102${hexOf(nonce)}060000001cfe1cfe${'00'.repeat(10)}ffff00000000`,
    );
  });

  it('reads a grant, and only the answer to its own question', () => {
    expect(readPcpMap(bytesOf(granted), asked)).toEqual({
      ok: true,
      value: { address: '203.0.113.7', epochS: 100, internalPort: 7422, externalPort: 7423, lifetimeS: 3600 },
    });
    expect(readPcpMap(bytesOf(granted), { ...asked, nonce: new Uint8Array(12) })).toBeUndefined();
    expect(readPcpMap(bytesOf(granted), { ...asked, internalPort: 1 })).toBeUndefined();
  });

  it('reads a refusal', () => {
    expect(readPcpMap(bytesOf(`02810002 00000000 00000064 ${'00'.repeat(12)}`), asked)).toEqual({
      ok: false,
      code: 2,
    });
  });
});

describe('whatever a router sends', () => {
  const near = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    // One that is nearly right: some bytes changed, some cut off.
    fc
      .tuple(
        fc.constantFrom(granted, '0082 0000 00000064 1cfe 1cff 00000e10', '0080 0000 00000064 cb007107'),
        fc.nat(79),
        fc.nat(255),
        fc.nat(80),
      )
      .map(([hex, at, byte, length]) => {
        const bytes = bytesOf(hex);
        bytes[at % bytes.length] = byte;
        return bytes.slice(0, length);
      }),
  );

  it('is understood in full or not at all', () => {
    fc.assert(
      fc.property(near, (bytes) => {
        for (const answer of [readPmpMap(bytes), readPcpMap(bytes, asked)]) {
          if (answer === undefined) continue;
          if (!answer.ok) expect(answer.code).toBeGreaterThan(0);
          else expect(answer.value.externalPort).toBeLessThan(65_536);
        }
        const address = readPmpAddress(bytes);
        if (address?.ok) expect(address.value.address).toMatch(/^\d+\.\d+\.\d+\.\d+$/);
        isUnsupportedVersion(bytes);
      }),
    );
  });

  it('as text leads to nobody but itself', () => {
    const location = new URL('http://192.168.1.1:5000/root.xml');
    fc.assert(
      fc.property(fc.webUrl(), fc.string(), (url, noise) => {
        const description = `<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType><controlURL>${url}</controlURL>${noise}</service>`;
        const found = serviceIn(description, location);
        expect(found === undefined || found.control.hostname === '192.168.1.1').toBe(true);
        expect(ssdpLocation(noise, '192.168.1.1')).toBeUndefined();
        elementIn(noise, 'x');
        soapFault(noise);
      }),
    );
  });
});

describe('UPnP', () => {
  const answer = (location: string, device = 'urn:schemas-upnp-org:device:InternetGatewayDevice:1') =>
    `HTTP/1.1 200 OK\r\nST: ${device}\r\nLocation: ${location}\r\n\r\n`;

  it('takes either version, from the host that answers alone', () => {
    const url = 'http://192.168.1.1:5000/root.xml';
    expect(ssdpLocation(answer(url), '192.168.1.1')?.href).toBe(url);
    expect(
      ssdpLocation(answer(url, 'urn:schemas-upnp-org:device:InternetGatewayDevice:2'), '192.168.1.1')?.href,
    ).toBe(url);
    expect(ssdpLocation(answer(url), '192.168.1.9')).toBeUndefined();
    expect(ssdpLocation(answer('file:///etc/passwd'), '192.168.1.1')).toBeUndefined();
    expect(ssdpLocation(answer(url, 'upnp:rootdevice'), '192.168.1.1')).toBeUndefined();
  });

  it('finds the service that maps ports among others', () => {
    const description = `<root><serviceList>
      <service><serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType><controlURL>/ctl/L3F</controlURL></service>
      <service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:2</serviceType><controlURL>/ctl/IPConn</controlURL></service>
      </serviceList></root>`;
    expect(serviceIn(description, new URL('http://192.168.1.1:5000/root.xml'))).toEqual({
      type: 'urn:schemas-upnp-org:service:WANIPConnection:2',
      control: new URL('http://192.168.1.1:5000/ctl/IPConn'),
    });
  });

  it('reads codes of refusals', () => {
    expect(soapFault('<s:Fault><errorCode>718</errorCode></s:Fault>')).toBe(718);
    expect(soapFault('<ok/>')).toBeUndefined();
  });
});

describe('the default gateway', () => {
  const head = 'Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n';
  const route = (target: string, gateway: string, flags: string, metric: number, mask: string) =>
    `eth0\t${target}\t${gateway}\t${flags}\t0\t0\t${metric}\t${mask}\t0\t0\t0\n`;

  it('is the one of the cheapest default route', () => {
    const table =
      head +
      route('00000000', '0102A8C0', '0003', 600, '00000000') +
      route('00000000', '0101A8C0', '0003', 100, '00000000') +
      route('0001A8C0', '00000000', '0001', 0, '00FFFFFF');
    expect(gatewayIn(table)).toBe('192.168.1.1');
  });

  it('is missing where no route leads through a router', () => {
    expect(gatewayIn(head + route('0001A8C0', '00000000', '0001', 0, '00FFFFFF'))).toBeUndefined();
    expect(gatewayIn('')).toBeUndefined();
  });
});
