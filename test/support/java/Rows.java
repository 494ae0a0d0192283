package org.apache.beam.sdk.io.gcp.bigquery;

import com.google.api.services.bigquery.model.TableRow;
import com.google.api.services.bigquery.model.TableSchema;
import com.google.protobuf.Descriptors.Descriptor;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import org.apache.beam.model.pipeline.v1.SchemaApi;
import org.apache.beam.sdk.coders.RowCoder;
import org.apache.beam.sdk.schemas.Schema;
import org.apache.beam.sdk.schemas.SchemaTranslation;
import org.apache.beam.sdk.values.Row;

/**
 * What Java makes of our rows. Standard input: a schema's proto, then rows as Beam's row coder writes them, each behind its length in four
 * bytes. For each row, in the same form: the row written again by Java's coder; and the TableRow of which Storage Write makes a request's
 * proto, as text. Where it cannot make one, an exception's text takes the place, behind "!".
 */
public final class Rows {
  public static void main(String[] args) throws Exception {
    DataInputStream in = new DataInputStream(System.in);
    DataOutputStream out = new DataOutputStream(System.out);
    Schema schema = SchemaTranslation.schemaFromProto(SchemaApi.Schema.parseFrom(read(in)));
    RowCoder coder = RowCoder.of(schema);
    TableSchema table = BigQueryUtils.toTableSchema(schema);
    TableRowToStorageApiProto.SchemaInformation information =
        TableRowToStorageApiProto.SchemaInformation.fromTableSchema(
            TableRowToStorageApiProto.schemaToProtoTableSchema(table));
    Descriptor descriptor = TableRowToStorageApiProto.getDescriptorFromTableSchema(table, true, false);
    for (byte[] bytes; (bytes = read(in)) != null; ) {
      Row row = coder.decode(new ByteArrayInputStream(bytes));
      write(out, encoded(coder, row));
      try {
        TableRow sent = BigQueryUtils.toTableRow(row);
        TableRowToStorageApiProto.messageFromTableRow(information, descriptor, sent, false, false, null, null, null);
        write(out, sent.toString().getBytes("UTF-8"));
      } catch (Exception e) {
        write(out, ("!" + e).getBytes("UTF-8"));
      }
    }
    out.flush();
  }

  private static byte[] encoded(RowCoder coder, Row row) throws Exception {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    coder.encode(row, bytes);
    return bytes.toByteArray();
  }

  private static byte[] read(DataInputStream in) throws Exception {
    try {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      return bytes;
    } catch (EOFException e) {
      return null;
    }
  }

  private static void write(DataOutputStream out, byte[] bytes) throws Exception {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private Rows() {}
}
