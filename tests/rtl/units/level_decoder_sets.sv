module level_decoder_sets #(
    parameter EXTENDED = 0
) (
`include "tests/rtl/units/ports.svh"
);
`include "tests/rtl/units/sets.svh"
  for (genvar s = 0; s < SETS; s = s + 1) begin : set
    // Widths of code and level; a level is at least as wide as a code.
    localparam integer K = bounded(wanted_k(s), 2, 6);
    localparam integer A = bounded(wanted_a(s), K, 8);
    localparam integer LANES = wanted_lanes(s);
    assign shapes[s*32+:32] = {8'd0, LANES[7:0], A[7:0], K[7:0]};
    wire [LANES*A-1:0] held;
    level_decoder #(.K(K), .D(A), .CODES(LANES)) unit (
        .listed(x[0]), .codes(a[LANES*A-1:0]), .levels(b[(A<<K)-1:0]), .held(held)
    );
    reg [LANES*A-1:0] seen;
    always_ff @(posedge clk) if (enable) seen <= held;
    assign results[s*128+:128] = {{128 - LANES * A{1'b0}}, seen};
  end
endmodule
