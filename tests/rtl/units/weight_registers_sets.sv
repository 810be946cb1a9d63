module weight_registers_sets #(
    parameter EXTENDED = 0
) (
`include "tests/rtl/units/ports.svh"
);
`include "tests/rtl/units/sets.svh"
  for (genvar s = 0; s < SETS; s = s + 1) begin : set
    localparam integer K = wanted_k(s);
    localparam integer A = wanted_a(s);
    localparam integer LANES = wanted_lanes(s);
    assign shapes[s*32+:32] = {8'd0, LANES[7:0], A[7:0], K[7:0]};
    localparam integer DATA = 5 + A;
    localparam integer WORDS = (LANES * K + DATA - 1) / DATA;
    localparam integer INDEX = WORDS > 1 ? $clog2(WORDS) : 1;
    localparam [7:0] COUNT = WORDS[7:0];
    wire [7:0] word = x[15:8] % COUNT;
    wire [LANES*K-1:0] weights, window;
    weight_registers #(.K(K), .LANES(LANES), .DATA(DATA)) unit (
        .clk(clk), .write(x[0] & enable), .word(word[INDEX-1:0]), .data(a[DATA-1:0]), .swap(x[1] & enable), .weights(weights)
    );
    assign window = weights >> x[24:16];
    assign results[s*128+:128] = {127'd0, window[0]};
  end
endmodule
