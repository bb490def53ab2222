package io.novacron.dwcp.netty;

import io.netty.channel.Channel;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.AttributeKey;
import io.novacron.dwcp.tls.CertificateNames;
import io.novacron.dwcp.tls.Credentials;
import io.novacron.dwcp.tls.HostCertificate;
import io.novacron.dwcp.tls.PeerRules;
import io.novacron.dwcp.tls.PeerTrust;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * TLS 1.3 with a certificate on both ends. Sessions of TLS are never resumed: each connection asks
 * anew whom it meets, so a renewed or revoked certificate counts from the next connection on.
 */
public final class TlsStreams implements StreamSecurity {
  /** Whose code encrypts. */
  public enum Provider {
    /** Comes with DWCP; three times as fast. */
    BORINGSSL(SslProvider.OPENSSL),
    /** Whatever the JDK was told to use, as hosts under FIPS want it. */
    JDK(SslProvider.JDK);

    private final SslProvider netty;

    Provider(SslProvider netty) {
      this.netty = netty;
    }
  }

  /** Whose certificate it was; set before the channel is active to those behind. */
  static final AttributeKey<Shown> SHOWN = AttributeKey.valueOf(TlsStreams.class, "SHOWN");

  /**
   * What the other end showed.
   *
   * @param isCaller it dialled us
   */
  record Shown(CertificateNames names, boolean isCaller) {}

  /**
   * 500 ms for the farewell of TLS to leave: whoever closes a stream has given up on what it held,
   * and frames have acknowledgements of their own.
   */
  private static final long CLOSE_NOTIFY_MILLIS = 500;

  private static final String VERSION = "TLSv1.3";

  private final Provider provider;
  private final PeerRules rules;
  private final long handshakeMillis;
  private volatile Contexts contexts;

  private record Contexts(SslContext dialling, SslContext listening) {}

  /**
   * @param handshakeMillis for the handshake of one connection
   * @throws IOException if TLS cannot be spoken with these
   */
  public TlsStreams(
      Provider provider, PeerRules rules, long handshakeMillis, Credentials credentials)
      throws IOException {
    if (provider == Provider.BORINGSSL && !OpenSsl.isAvailable()) {
      Throwable cause = OpenSsl.unavailabilityCause();
      throw new IOException("BoringSSL cannot be loaded (security.provider): " + cause, cause);
    }
    this.provider = provider;
    this.rules = rules;
    this.handshakeMillis = handshakeMillis;
    this.contexts = contexts(credentials);
  }

  /**
   * For connections from here on; those that are open stay as they are. Any thread.
   *
   * @throws IOException if TLS cannot be spoken with these; then the former ones stay
   */
  public void use(Credentials credentials) throws IOException {
    contexts = contexts(credentials);
  }

  private Contexts contexts(Credentials credentials) throws IOException {
    try {
      PeerTrust trust = PeerTrust.of(credentials);
      HostCertificate dial = credentials.dialling();
      HostCertificate listen = credentials.listening();
      SslContextBuilder dialling =
          SslContextBuilder.forClient()
              .keyManager(dial.key(), chain(dial))
              .endpointIdentificationAlgorithm(null); // names: PeerRules
      SslContextBuilder listening =
          SslContextBuilder.forServer(listen.key(), chain(listen)).clientAuth(ClientAuth.REQUIRE);
      return new Contexts(build(dialling, trust), build(listening, trust));
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new IOException("TLS cannot be spoken with these certificates: " + e.getMessage(), e);
    }
  }

  private SslContext build(SslContextBuilder builder, PeerTrust trust) throws IOException {
    return builder.sslProvider(provider.netty).protocols(VERSION).trustManager(trust).build();
  }

  private static X509Certificate[] chain(HostCertificate certificate) {
    return certificate.chain().toArray(X509Certificate[]::new);
  }

  @Override
  public void dialling(Channel channel, String peerName) {
    protect(
        channel,
        contexts.dialling(),
        new PeerProofHandler(names -> rules.objectionToDialled(peerName, names), false));
  }

  @Override
  public void accepting(Channel channel) {
    protect(channel, contexts.listening(), new PeerProofHandler(names -> Optional.empty(), true));
  }

  /** Without the peer's name in the engine nothing is kept that a later handshake could resume. */
  private void protect(Channel channel, SslContext context, PeerProofHandler proof) {
    SslHandler tls = context.newHandler(channel.alloc());
    tls.setHandshakeTimeout(handshakeMillis, TimeUnit.MILLISECONDS);
    tls.setCloseNotifyFlushTimeout(CLOSE_NOTIFY_MILLIS, TimeUnit.MILLISECONDS);
    channel.pipeline().addLast("tls", tls).addLast("proof", proof);
  }

  @Override
  public Optional<String> objection(Channel channel, String hostName) {
    Shown shown = channel.attr(SHOWN).get();
    if (shown == null) {
      return Optional.of("no certificate was shown");
    }
    Optional<String> toCaller =
        shown.isCaller() ? rules.objectionToCaller(shown.names()) : Optional.empty();
    return toCaller.isPresent() ? toCaller : rules.objectionToName(hostName, shown.names());
  }

  @Override
  public StreamSecurity withItself() {
    return new StreamSecurity() {
      @Override
      public void dialling(Channel channel, String peerName) {
        Contexts own = contexts;
        protect(channel, own.dialling(), new PeerProofHandler(names -> Optional.empty(), false));
      }

      @Override
      public void accepting(Channel channel) {
        TlsStreams.this.accepting(channel);
      }

      @Override
      public Optional<String> objection(Channel channel, String hostName) {
        return Optional.empty();
      }

      @Override
      public StreamSecurity withItself() {
        return this;
      }
    };
  }
}
