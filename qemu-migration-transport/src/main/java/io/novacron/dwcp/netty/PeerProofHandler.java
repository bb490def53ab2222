package io.novacron.dwcp.netty;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.ssl.SslHandler;
import io.netty.handler.ssl.SslHandshakeCompletionEvent;
import io.novacron.dwcp.netty.TlsStreams.Shown;
import io.novacron.dwcp.tls.CertificateNames;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLPeerUnverifiedException;

/**
 * Holds back that the channel is active until the handshake of TLS is through and the certificate
 * is the right one, so that no byte of ours is sent or read before. Leaves the pipeline then.
 */
final class PeerProofHandler extends ChannelInboundHandlerAdapter {
  private final Function<CertificateNames, Optional<String>> objection;
  private final boolean isCaller;

  /**
   * @param objection to a certificate; empty if it will do
   * @param isCaller whether the other end dialled
   */
  PeerProofHandler(Function<CertificateNames, Optional<String>> objection, boolean isCaller) {
    this.objection = objection;
    this.isCaller = isCaller;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    // passed on when the handshake is through
  }

  @Override
  public void userEventTriggered(ChannelHandlerContext context, Object event) {
    if (!(event instanceof SslHandshakeCompletionEvent handshake)) {
      context.fireUserEventTriggered(event);
    } else if (handshake.isSuccess()) {
      settle(context);
    } else {
      context.fireExceptionCaught(handshake.cause());
    }
  }

  private void settle(ChannelHandlerContext context) {
    try {
      SslHandler tls = context.pipeline().get(SslHandler.class);
      X509Certificate leaf = (X509Certificate) tls.engine().getSession().getPeerCertificates()[0];
      CertificateNames names = CertificateNames.of(leaf);
      Optional<String> reason = objection.apply(names);
      if (reason.isPresent()) {
        context.fireExceptionCaught(new SSLPeerUnverifiedException(reason.get()));
        return;
      }
      context.channel().attr(TlsStreams.SHOWN).set(new Shown(names, isCaller));
    } catch (SSLPeerUnverifiedException | CertificateParsingException e) {
      context.fireExceptionCaught(e);
      return;
    }
    context.fireChannelActive();
    context.pipeline().remove(this);
  }
}
