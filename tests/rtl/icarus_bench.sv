// A short self-checking run for Icarus: sums by its own integer arithmetic. The long comparison is units_test.cpp.
module icarus_bench;
  localparam K = 3, A = 4, LANES = 5, VECTORS = 60;
  reg clk = 0, weights_signed, activations_signed;
  reg [LANES*K-1:0] weights;
  reg [LANES*A-1:0] activations;
  reg [LANES-1:0] negative;
  reg [K-1:0] zero_point;
  wire signed [K+A+3:0] mac_sum;
  wire signed [K+A+4:0] difference_sum;
  wire signed [A+3:0] activation_sum;
  wire signed [K+A+4:0] corrected;
  wire signed [A+7:0] pot_sum;
  wire signed [K+A+6:0] product;

  mac_tree #(.K(K), .A(A), .LANES(LANES)) mac (clk, 1'b1, 1'b1, weights, activations, weights_signed, activations_signed, mac_sum);
  pre_subtract_tree #(.K(K), .A(A), .LANES(LANES)) difference (
      clk, 1'b1, 1'b1, weights, zero_point, activations, weights_signed, activations_signed, difference_sum);
  activation_sum_tree #(.A(A), .LANES(LANES)) row_sum (clk, 1'b1, 1'b1, activations, activations_signed, activation_sum);
  correction_every_cycle #(.K(K), .A(A), .LANES(LANES)) correction (clk, 1'b1, zero_point, activation_sum, mac_sum, corrected);
  pot_tree #(.K(K), .A(A), .LANES(LANES)) pot (clk, 1'b1, 1'b1, weights, activations, negative, pot_sum);
  sparse_lane #(.K(K), .A(A), .LANES(LANES)) sparse (clk, 1'b1, activations, 3'd4, weights[K-1:0], zero_point[2:0], product);

  integer v, l, w, x, z, e, bad, sum, less, all, shifts;
  initial begin
    bad = 0;
    for (v = 0; v < VECTORS; v = v + 1) begin
      weights = $random;
      activations = $random;
      negative = $random;
      zero_point = $random;
      {weights_signed, activations_signed} = v;
      repeat (3) begin
        #1 clk = 1;
        #1 clk = 0;
      end
      z = weights_signed && zero_point[K-1] ? zero_point - (1 << K) : zero_point;
      sum = 0;
      less = 0;
      all = 0;
      shifts = 0;
      for (l = 0; l < LANES; l = l + 1) begin
        w = weights[l*K+:K];
        x = activations[l*A+:A];
        e = w & 3;
        if (e != 3) shifts = shifts + (w[K-1] ^ negative[l] ? -((x << 4) >> e) : (x << 4) >> e);
        if (weights_signed && w >= 1 << (K - 1)) w = w - (1 << K);
        if (activations_signed && x >= 1 << (A - 1)) x = x - (1 << A);
        sum = sum + w * x;
        less = less + (w - z) * x;
        all = all + x;
      end
      z = zero_point[K-1] ? zero_point - (1 << K) : zero_point;
      w = weights[K-1] ? weights[K-1:0] - (1 << K) : weights[K-1:0];
      x = activations[4*A+A-1] ? activations[4*A+:A] - (1 << A) : activations[4*A+:A];
      if (mac_sum !== sum || difference_sum !== less || activation_sum !== all || corrected !== sum - z * all || pot_sum !== shifts
          || product !== (w * x) << zero_point) bad = bad + 1;
    end
    if (bad == 0) $display("icarus: %0d vectors through six units, all equal", VECTORS);
    else $display("icarus: FAILED, %0d of %0d vectors differ", bad, VECTORS);
    $finish;
  end
endmodule
