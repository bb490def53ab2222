package io.novacron.dwcp.relay;

/** The {@code VIR_MIGRATE_PARAM_*} names that the relay reads (libvirt-domain.h). */
final class MigrationParameters {
  static final String MIGRATE_URI = "migrate_uri";
  static final String DESTINATION_NAME = "destination_name";
  static final String DESTINATION_XML = "destination_xml";
  static final String LISTEN_ADDRESS = "listen_address";
  static final String DISKS_URI = "disks_uri";
  static final String TLS_DESTINATION = "tls.destination";

  private MigrationParameters() {}
}
