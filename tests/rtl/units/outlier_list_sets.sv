module outlier_list_sets #(
    parameter EXTENDED = 0
) (
`include "tests/rtl/units/ports.svh"
);
`include "tests/rtl/units/sets.svh"
  for (genvar s = 0; s < SETS; s = s + 1) begin : set
    localparam integer K = wanted_k(s);
    localparam integer A = wanted_a(s);
    localparam integer LANES = bounded(wanted_lanes(s), 2, 8);
    assign shapes[s*32+:32] = {8'd0, LANES[7:0], A[7:0], K[7:0]};
    localparam integer SLOT = $clog2(LANES);
    localparam [7:0] COUNT = LANES[7:0];
    wire [7:0] slot = x[15:8] % COUNT, shown = x[23:16] % COUNT;
    wire [K+A-1:0] entry;
    outlier_list #(.ENTRY(K + A), .ENTRIES(LANES)) unit (
        .clk(clk), .write(x[0] & enable), .slot(slot[SLOT-1:0]), .entry_in(a[K+A-1:0]), .swap(x[1] & enable),
        .read(shown[SLOT-1:0]), .entry(entry)
    );
    assign results[s*128+:128] = {64'd0, {64 - K - A{1'b0}}, entry};
  end
endmodule
