// An OpenID provider as an organisation runs one, for the tests of the console's sign-in: oidc-provider with its own pages. What it is, is said by environment:
// PORT; ISSUER; KEYS, its private keys as JWKs; PEOPLE, what it knows of each login; REDIRECT, where the console takes people back; SECONDS_BEHIND, of its clock.
const behind = Number(process.env.SECONDS_BEHIND ?? 0) * 1000;
const now = Date.now;
Date.now = () => now() - behind;

const { default: Provider } = await import('oidc-provider');
const people = JSON.parse(process.env.PEOPLE);
const ofPrograms = { preferred_username: 'nightly-job', roles: ['Operator'], municipalities: ['0101'] };
const client = (id, redirect) => ({
  client_id: id, client_secret: 'et-klient-kodeord', token_endpoint_auth_method: 'client_secret_post', redirect_uris: [redirect], grant_types: ['authorization_code', 'client_credentials'],
});

const provider = new Provider(process.env.ISSUER, {
  clients: [client('claims-console', process.env.REDIRECT), client('another-client', 'http://127.0.0.1/another')],
  jwks: { keys: JSON.parse(process.env.KEYS) },
  cookies: { keys: ['only-for-tests'] },
  claims: { openid: ['sub'], profile: ['name', 'preferred_username', 'roles', 'municipalities'] },
  // What a person may do stands in the id token: the console asks nobody else.
  conformIdTokenClaims: false,
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  extraTokenClaims: () => ofPrograms,
  ttl: { AccessToken: 600, AuthorizationCode: 60, ClientCredentials: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
  features: {
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (_, resource) => ({ scope: '', audience: resource.replace('urn:', ''), accessTokenFormat: 'jwt' }),
    },
  },
});
provider.listen(Number(process.env.PORT), '127.0.0.1', () => console.log('ready'));
