// Encrypts and decrypts frames beside the page. A script of its own: only encrypted meetings load it.
import "livekit-client/e2ee-worker";
