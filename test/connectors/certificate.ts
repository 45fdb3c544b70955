/** A certificate for mail.example, signed by itself and good for a hundred years, and its key: for servers of tests, and worth nothing elsewhere. */
export const certificate = `-----BEGIN CERTIFICATE-----
MIIBnzCCAUSgAwIBAgIUALkdxpnZ65mJSYqOtSkBGmwBbt4wCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMbWFpbC5leGFtcGxlMCAXDTI2MTEyMjA4MzM0NloYDzIxMjYx
MDI5MDgzMzQ2WjAXMRUwEwYDVQQDDAxtYWlsLmV4YW1wbGUwWTATBgcqhkjOPQIB
BggqhkjOPQMBBwNCAASuGj6L4GJBB4bfGb/Y9zg5kpHqa8yfwXzMeE5SlP2upIQ6
BuB24QWG/M6cNKdGNXhIPBU9xZAHEVqRR1x8iIxRo2wwajAdBgNVHQ4EFgQUqJvr
3HWtugC5jZdQQr45589KrFAwHwYDVR0jBBgwFoAUqJvr3HWtugC5jZdQQr45589K
rFAwDwYDVR0TAQH/BAUwAwEB/zAXBgNVHREEEDAOggxtYWlsLmV4YW1wbGUwCgYI
KoZIzj0EAwIDSQAwRgIhAIXaUuXYwvi1WsMRc+6DYeloHmWd7YUjlkaLeQC0ZjFM
AiEAlwoG5D2Df0vJu0HH1qwnes5IIOybmhqyyrqB535f+2w=
-----END CERTIFICATE-----
`;
export const certificateKey = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQglelBop+/HP7iYWEK
wPJy7ufhni+kl5HjljhtyT1WGrmhRANCAASuGj6L4GJBB4bfGb/Y9zg5kpHqa8yf
wXzMeE5SlP2upIQ6BuB24QWG/M6cNKdGNXhIPBU9xZAHEVqRR1x8iIxR
-----END PRIVATE KEY-----
`;
