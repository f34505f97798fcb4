import {getCACertificates, setDefaultCACertificates} from 'node:tls';
import {generate} from 'selfsigned';
import type {Tls} from '../../simulator/server.ts';

interface Certificates {
  /** The cloud's, which this process trusts. */
  readonly own: Tls;
  /** One that nobody vouches for. */
  readonly another: Tls;
}

let made: Promise<Certificates> | undefined;

/** Two certificates for loopback, made once: keys take longer than most scenes. */
export function certificates(): Promise<Certificates> {
  made ??= make();
  return made;
}

async function make(): Promise<Certificates> {
  const [own, another] = await Promise.all([certificate(), certificate()]);
  setDefaultCACertificates([...getCACertificates('default'), own.cert]);
  return {own, another};
}

async function certificate(): Promise<Tls> {
  const {private: key, cert} = await generate([{name: 'commonName', value: 'localhost'}], {
    keyType: 'ec',
    extensions: [{name: 'subjectAltName', altNames: [{type: 7, ip: '127.0.0.1'}]}],
  });
  return {key, cert};
}
